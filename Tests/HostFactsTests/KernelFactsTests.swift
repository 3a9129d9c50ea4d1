import HostFacts
import Testing

struct KernelFactsTests {
    @Test func fileSystems() {
        #expect(
            KernelFacts.parseFileSystems("nodev\tsysfs\n\text4\nnodev\toverlay\n") == [
                "sysfs", "ext4", "overlay",
            ])
        #expect(KernelFacts.parseFileSystems("").isEmpty)
    }

    @Test func modules() {
        #expect(
            KernelFacts.parseModules(
                "br_netfilter 36864 0 - Live 0x0\nbridge 385024 1 br_netfilter, Live 0x0\n")
                == ["br_netfilter", "bridge"])
        #expect(KernelFacts.parseModules("").isEmpty)
    }
}
