import Testing

@testable import PulseAgent

@Suite("Identity")
struct IdentityCollectorTests {
    private let now = ReportTime(unixNanoseconds: 0, monotonicNanoseconds: 0)

    @Test("a host is described from its files")
    func tree() {
        var collector = IdentityCollector(roots: Fixture.roots)
        let identity = collector.collect(at: now)
        #expect(identity.hostname == "tower")
        #expect(identity.machineID == "6f0f2c0e-5a0f-4f0b-9c54-2f6b1f7d9a10")
        #expect(identity.osName == "debian")
        #expect(identity.osVersion == "13.1", "the point release is in debian_version")
        #expect(identity.kernelVersion == "6.12.43+deb13-amd64")
        #expect(identity.cpuModel == "Example(R) CPU E-2234 @ 3.60GHz")
        #expect(identity.cpuCount == 4)
        #expect(identity.architecture?.isEmpty == false)
    }

    @Test("it is read again after a minute, not before")
    func interval() throws {
        let directory = try TemporaryDirectory()
        try directory.write("old\n", to: "sys/kernel/hostname")
        var collector = IdentityCollector(
            roots: Roots(proc: directory.path, etc: directory.path)
        )
        func name(_ collector: inout IdentityCollector, atSecond second: UInt64) -> String? {
            let time = ReportTime(
                unixNanoseconds: 0,
                monotonicNanoseconds: second * 1_000_000_000
            )
            return collector.collect(at: time).hostname
        }
        #expect(name(&collector, atSecond: 5) == "old")
        try directory.write("new\n", to: "sys/kernel/hostname")
        #expect(name(&collector, atSecond: 64) == "old")
        #expect(name(&collector, atSecond: 65) == "new")
    }

    @Test(
        "only 32 hexadecimal digits are a machine id",
        arguments: [
            "", "\n", "uninitialized\n", "6f0f2c0e5a0f4f0b9c542f6b1f7d9a1",
            "zz0f2c0e5a0f4f0b9c542f6b1f7d9a10",
        ]
    )
    func noMachineID(_ text: String) {
        #expect(IdentityCollector.parseMachineID(source(text)) == nil)
    }

    @Test("os-release is shell syntax")
    func osRelease() {
        let values = IdentityCollector.parseOSRelease(
            source(
                #"""
                # A comment=1
                ID=alpine
                NAME='Single $quoted'
                PRETTY_NAME="A \"quoted\" \$name with a \\"
                EMPTY=
                ODD="
                NO ASSIGNMENT
                """#
            )
        )
        #expect(values["ID"] == "alpine")
        #expect(values["NAME"] == "Single $quoted")
        #expect(values["PRETTY_NAME"] == #"A "quoted" $name with a \"#)
        #expect(values["EMPTY"] == "")
        #expect(values["ODD"] == "\"")
        #expect(values["# A comment"] == nil)
        #expect(values.count == 5)
    }

    @Test("the CPU's model has different names on different architectures")
    func cpuModel() {
        let board = "processor\t: 0\nBogoMIPS\t: 108.00\n\nModel\t\t: Raspberry Pi 4 Model B\n"
        #expect(IdentityCollector.parseCPUModel(source(board)) == "Raspberry Pi 4 Model B")
        #expect(IdentityCollector.parseCPUModel(source("processor : 0\nmodel name :\n")) == nil)
    }
}
