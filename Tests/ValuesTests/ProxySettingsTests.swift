import Testing
import Values

struct ProxySettingsTests {
    @Test(arguments: [
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("http://user:p%40ss@127.0.0.1:3128/", "http://127.0.0.1:3128"),
        ("proxy:8080", "http://proxy:8080"), ("http://[::1]:3128", "http://[::1]:3128"),
        ("socks5://localhost", "socks5://localhost:1080"), ("https://p", "https://p:443"),
        ("http://p", "http://p:80"), ("", nil), ("ftp://p", nil), ("http://p:0", nil),
    ])
    func proxiesLoseTheirPasswords(address: String, url: String?) {
        #expect((try? ProxySettings(url: address))?.url == url)
    }

    @Test func aPasswordIsDecoded() throws {
        let proxy = try ProxySettings(url: "http://user:p%40ss@proxy")
        #expect(proxy.user == "user")
        #expect(proxy.password?.value == "p@ss")
        #expect(!"\(proxy)".contains("p@ss"))
    }

    @Test(arguments: [
        ("https://api.example.com:6443", "", false), ("https://api.example.com:6443", "example.com", true),
        ("https://example.com", ".example.com", false), ("https://a.example.com", ".example.com", true),
        ("https://a.example.com", "*.example.com", true), ("https://notexample.com", "example.com", false),
        ("https://10.1.2.3", "10.0.0.0/8", true), ("https://11.1.2.3", "10.0.0.0/8", false),
        ("https://10.1.2.3", " 10.1.2.3 ", true), ("https://10.1.2.3:6443", "10.1.2.3:443", false),
        ("https://10.1.2.3:6443", "10.1.2.3:6443", true), ("https://h", "*", true),
        ("https://localhost", "", true),
        ("https://127.0.0.1:6443", "", true), ("https://[::1]:6443", "", true),
        ("https://[fd00::5]", "fd00::/8", true),
        ("https://10.0.0.130", "10.0.0.0/25", false), ("https://10.0.0.127", "10.0.0.0/25", true),
    ])
    func noProxy(_ server: String, _ list: String, _ isExcepted: Bool) throws {
        let address = try #require(ServerAddress(server))
        #expect(ProxySettings.isExcepted(address, by: list) == isExcepted)
        let environment = ["HTTPS_PROXY": "http://p:3128", "NO_PROXY": list]
        #expect((ProxySettings.url(for: address, environment: environment) == nil) == isExcepted)
    }

    /// As in Go: a variable that is empty is none, and the other spelling counts.
    @Test func emptyVariablesAreNone() throws {
        let address = try #require(ServerAddress("https://h"))
        #expect(
            ProxySettings.url(for: address, environment: ["HTTPS_PROXY": "", "https_proxy": "p:1"]) == "p:1")
        #expect(
            ProxySettings.url(
                for: address, environment: ["HTTPS_PROXY": "p:1", "NO_PROXY": "", "no_proxy": "h"]) == nil)
        #expect(ProxySettings.url(for: address, environment: ["HTTPS_PROXY": "", "https_proxy": ""]) == nil)
    }
}
