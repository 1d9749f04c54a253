import Testing

@testable import PulseAgent

@Suite("Network")
struct NetworkCollectorTests {
    @Test("the name and the first counter may touch the colon")
    func parse() throws {
        let all = NetworkCollector.parse(try Fixture.text("proc/net/dev"))
        #expect(all.map(\.name) == ["lo", "eno1", "vmbr0", "veth100i0"])
        #expect(all[1].receivedBytes == 9_876_543_210)
        #expect(all[1].sentBytes == 1_234_567_890)
    }

    @Test(
        "lines of another shape are left out",
        arguments: [
            "", "eth0:", "eth0: 1 2 3", "no colon here", "eth0: a b c d e f g h i j k l m n o p",
        ]
    )
    func malformed(_ line: String) {
        #expect(NetworkCollector.parse(source(line)).isEmpty)
    }

    @Test("only interfaces with hardware count, so that bridges do not count twice")
    func physicalOnly() {
        var collector = NetworkCollector(roots: Fixture.roots)
        var eno1 = InterfaceFigures(
            name: "eno1",
            receivedBytes: 9_876_543_210,
            sentBytes: 1_234_567_890
        )
        eno1.hardwareAddress = "02:00:5e:10:00:01"
        eno1.speedMegabits = 1000
        #expect(collector.collect() == [eno1])
    }

    @Test("without any hardware all that is not plainly virtual counts")
    func container() throws {
        let directory = try TemporaryDirectory()
        let counters = "100 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0"
        try directory.write(
            "lo: \(counters)\neth0: \(counters)\ndocker0: \(counters)\n",
            to: "net/dev"
        )
        var collector = NetworkCollector(
            roots: Roots(proc: directory.path, sys: directory.path + "/sys")
        )
        #expect(
            collector.collect()
                == [InterfaceFigures(name: "eth0", receivedBytes: 100, sentBytes: 200)]
        )
    }

    @Test(
        "virtual interfaces are told by their names",
        arguments: [
            "lo", "docker0", "veth1a2b", "tap100i0", "fwbr100i0", "fwln100i0", "fwpr100p0",
            "virbr0",
            "br-0123456789ab", "cni0", "flannel.1", "cali12345", "tun0", "wg0", "dummy0", "ifb0",
            "sit0", "ip6tnl0",
        ]
    )
    func virtual(_ name: String) {
        #expect(!NetworkCollector.isShown(name))
    }

    @Test(
        "other interfaces are not",
        arguments: ["eth0", "enp3s0f1", "vmbr0", "bond0", "wlan0", "br-lan", "br-0123456789xy"]
    )
    func shown(_ name: String) {
        #expect(NetworkCollector.isShown(name))
    }

    @Test("an address of zeros is none")
    func hardwareAddress() {
        #expect(NetworkCollector.parseHardwareAddress(source("00:00:00:00:00:00\n")) == nil)
        #expect(NetworkCollector.parseHardwareAddress(source("\n")) == nil)
        #expect(
            NetworkCollector.parseHardwareAddress(source("02:00:5e:10:00:01\n"))
                == "02:00:5e:10:00:01"
        )
    }

    @Test("the loopback interface of this machine has its address")
    func addresses() {
        let addresses = InterfaceAddresses.current()
        guard let loopback = addresses["lo"] else { return }
        #expect(loopback.contains("127.0.0.1/8") || loopback.contains("::1/128"))
    }
}
