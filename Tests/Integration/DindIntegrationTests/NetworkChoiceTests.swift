import TestSupport
import Testing

/// What is chosen for the network where the usual choice would not work.
@Suite(.serialized, .needs(.podImage))
struct NetworkChoiceTests {
    /// A backend of iptables as on a kernel without `xt_addrtype`: it lists its tables, and cannot make dockerd's rules.
    private static func withoutAddressType(_ backend: String, multi: String) -> String {
        """
        cd /usr/sbin; rm iptables-\(backend) iptables-\(backend)-restore
        printf '#!/bin/sh\\nexit 2\\n' >iptables-\(backend)-restore
        cat >iptables-\(backend) <<'END'
        #!/bin/sh
        case "$*" in *addrtype*)
            echo 'Warning: Extension addrtype revision 0 not supported, missing kernel module?' >&2; exit 2
        esac
        exec \(multi) iptables "$@"
        END
        chmod +x iptables-\(backend) iptables-\(backend)-restore
        """
    }

    @Test func aBackendThatCannotMakeTheRulesIsNotTaken() throws {
        let nft = Self.withoutAddressType("nft", multi: "xtables-nft-multi")
        let legacy = Self.withoutAddressType("legacy", multi: "xtables-legacy-multi")
        let result = try PodContainer.run(
            ["--privileged", "--entrypoint", "sh"],
            [
                "-c",
                """
                \(nft)
                kinkajou dind -q -- sh -c 'iptables --version; iptables -t nat -S | grep -c DOCKER'
                \(legacy)
                kinkajou dind -q -- true; echo "status $?"
                kinkajou dind -q --dry-run | grep -A1 iptables
                DOCKER_ARGS=--iptables=false kinkajou dind -q -- echo without
                """,
            ])
        #expect(result.output.contains("(legacy)"), "\(result)")
        #expect(result.output.contains("status 69"), "\(result)")
        #expect(result.errors.contains("modprobe nft_compat xt_addrtype"), "\(result)")
        #expect(result.output.hasSuffix("without\n"), "\(result)")
    }

    /// A VPN whose routes cover all private ranges.
    @Test func networksKeepClearOfAVPN() throws {
        let result = try PodContainer.run(
            ["--privileged", "--entrypoint", "sh"],
            [
                "-c",
                """
                gateway=$(ip route show default | cut -d' ' -f3)
                for route in 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16; do ip route add $route via $gateway; done
                kinkajou dind -q -- sh -c 'docker network create one >/dev/null; docker network inspect bridge one \
                    -f "{{range .IPAM.Config}}{{.Subnet}}{{end}}"'
                for route in 100.64.0.0/10 198.18.0.0/15; do ip route add $route via $gateway; done
                kinkajou dind -q -- sh -c 'ip -o -4 addr show docker0'
                """,
            ])
        #expect(result.output.hasPrefix("100.124.0.0/24\n100.125.0.0/24\n"), "\(result)")
        // Its own network and gateway are in one of the routes that are cut into.
        #expect(result.errors.contains("nested networks are cut out of"), "\(result)")
        #expect(!result.output.contains("172.17."), "\(result)")
    }
}
