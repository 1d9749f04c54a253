import PulseFleet
import Testing

@testable import PulseMonitor

@Suite("Host reports")
struct HostReportDecoderTests {
    /// Every field that is read, and some that are not.
    static let full = """
        {"agent":{"id":"agent-1","version":"v6.3.0","type":"unified","intervalSeconds":5,
        "hostname":"tower.example","privilege":{"runningAsRoot":true}},
        "host":{"id":"x","hostname":"tower","displayName":"Tower","machineId":"machine-1",
        "platform":"linux","osName":"debian","osVersion":"12.11","kernelVersion":"6.12.43",
        "architecture":"x86_64","cpuModel":"Example","cpuCount":2,"uptimeSeconds":4414,
        "loadAverage":[8.15,7.56,4.97],
        "packageUpdates":{"supported":true,"packages":[{"name":"bash"}]}},
        "metrics":{"cpuUsagePercent":99.97,
        "memory":{"totalBytes":25276514304,"usedBytes":1262284800,
        "freeBytes":19285696512,"usage":4.99,"swapTotalBytes":1000,"swapUsedBytes":10}},
        "disks":[{"device":"/dev/vda","mountpoint":"/","filesystem":"ext4","type":"ext4",
        "totalBytes":270553174016,"usedBytes":23382073344,"freeBytes":78061113344,"usage":23.05}],
        "diskIO":[{"device":"vda","readBytes":5814559744,"writeBytes":18446744073709551615}],
        "network":[{"name":"eth0","mac":"02:fc:00:00:00:01","addresses":["192.0.2.2/24"],
        "rxBytes":864038138,"txBytes":1046518}],
        "sensors":{"temperatureCelsius":{"nvme0":41.85,"cpu_package":57},"fanRpm":{"fan1":1032}},
        "raid":[{"device":"md0"}],"tags":["a"],"future":{"deep":[[[{"x":null}]]]},
        "timestamp":"2026-11-23T19:55:25.032680934Z",
        "sequenceId":"v1:35dd598e28906f124103939ac344a3ba:7"}
        """

    static var fullReport: HostReport {
        var report = HostReport(id: "agent-1", hostname: "tower")
        report.displayName = "Tower"
        report.platform = "linux"
        report.osName = "debian"
        report.osVersion = "12.11"
        report.kernelVersion = "6.12.43"
        report.architecture = "x86_64"
        report.cpuModel = "Example"
        report.agentVersion = "v6.3.0"
        report.intervalSeconds = 5
        report.cpuCount = 2
        report.uptimeSeconds = 4414
        report.loadAverage = [8.15, 7.56, 4.97]
        report.cpuPercent = 99.97
        report.memory.totalBytes = 25_276_514_304
        report.memory.usedBytes = 1_262_284_800
        report.memory.swapTotalBytes = 1000
        report.memory.swapUsedBytes = 10
        var disk = HostReport.Disk()
        disk.device = "/dev/vda"
        disk.mountpoint = "/"
        disk.filesystem = "ext4"
        disk.totalBytes = 270_553_174_016
        disk.usedBytes = 23_382_073_344
        disk.freeBytes = 78_061_113_344
        report.disks = [disk]
        var counters = HostReport.DiskIO()
        counters.device = "vda"
        counters.readBytes = 5_814_559_744
        counters.writeBytes = .max
        report.diskIO = [counters]
        var interface = HostReport.NetworkInterface()
        interface.name = "eth0"
        interface.receivedBytes = 864_038_138
        interface.sentBytes = 1_046_518
        report.network = [interface]
        report.temperatures = [
            HostReport.Temperature(name: "cpu_package", celsius: 57),
            HostReport.Temperature(name: "nvme0", celsius: 41.85),
        ]
        report.timestampMilliseconds = 1_795_463_725_032
        report.sequence = HostReport.Sequence(
            stream: "35dd598e28906f124103939ac344a3ba",
            number: 7
        )
        return report
    }

    @Test("every field lands where it belongs, unknown ones are skipped")
    func everyField() throws {
        #expect(try decode(Self.full) == Self.fullReport)
    }

    @Test("the order of keys does not matter", arguments: [1, 2, 3, 5, 8, 13] as [UInt64])
    func shuffled(seed: UInt64) throws {
        let sections = try Self.sections(of: Self.full)
        var generator = SplitMix64(state: seed)
        for _ in 0..<20 {
            let text = "{" + sections.shuffled(using: &generator).joined(separator: ",") + "}"
            #expect(try decode(text) == Self.fullReport, "seed \(seed): \(text)")
        }
    }

    @Test("a report that is cut anywhere is refused, with the place where it ends")
    func truncated() {
        let bytes = Array(Self.full.utf8)
        for length in 0..<bytes.count {
            #expect(throws: ReportError.malformed(offset: length)) {
                try decode(bytes: Array(bytes[..<length]))
            }
        }
    }

    @Test("a flipped byte is read or refused, never a crash")
    func flipped() {
        let bytes = Array(Self.full.utf8)
        for index in bytes.indices {
            for mask in [0x01, 0x20, 0x80] as [UInt8] {
                var broken = bytes
                broken[index] ^= mask
                do throws(ReportError) {
                    _ = try decode(bytes: broken)
                } catch {
                    #expect(!error.description.isEmpty)
                }
            }
        }
    }

    @Test("an absent figure is zero, an absent total is unknown")
    func absent() throws {
        let report = try decode(#"{"agent":{"id":"a"},"metrics":{"memory":{}}}"#)
        #expect(report.hostname == "a")
        #expect(report.intervalSeconds == 30)
        #expect(report.cpuPercent == 0)
        #expect(report.memory.totalBytes == 0)
        #expect(report.uptimeSeconds == nil)
        #expect(report.cpuCount == nil)
        #expect(report.timestampMilliseconds == nil)
        #expect(report.sequence == nil)
        #expect(try decode(#"{"agent":{"id":"a"}}"#).cpuPercent == nil)
    }

    @Test("null is what is not there")
    func nulls() throws {
        let report = try decode(
            #"""
            {"agent":{"id":"a","version":null,"intervalSeconds":null},"host":null,"metrics":
            {"cpuUsagePercent":null,"memory":null},"disks":null,"diskIO":null,"network":
            [{"name":null,"rxBytes":null}],"sensors":{"temperatureCelsius":{"x":null}},
            "timestamp":null,"sequenceId":null}
            """#
        )
        #expect(report.agentVersion == nil)
        #expect(report.network == [HostReport.NetworkInterface()])
        #expect(report.temperatures.isEmpty)
    }

    @Test(
        "the identity is the agent's, else the machine's, else the host's name",
        arguments: [
            (#"{"agent":{"id":"a"},"host":{"machineId":"m","hostname":"h"}}"#, "a", "h"),
            (#"{"agent":{"id":""},"host":{"machineId":"m","hostname":"h"}}"#, "m", "h"),
            (#"{"host":{"hostname":" h "}}"#, "h", "h"),
            (#"{"agent":{"id":"  ","hostname":"n"},"host":{"machineId":"m"}}"#, "m", "n"),
        ]
    )
    func identity(_ text: String, _ id: String, _ hostname: String) throws {
        let report = try decode(text)
        #expect(report.id == id)
        #expect(report.hostname == hostname)
    }

    @Test(
        "a report of nobody is refused",
        arguments: ["{}", #"{"agent":{"hostname":"n"}}"#, #"{"agent":{"id":" "},"host":{}}"#]
    )
    func nobody(_ text: String) {
        #expect(throws: ReportError.noIdentity) { try decode(text) }
    }

    @Test("an identity is not cut but refused, since two cut ones could be the same")
    func longIdentity() throws {
        let long = String(repeating: "x", count: 257)
        #expect(throws: ReportError.identityTooLong(bytes: 257)) {
            try decode(#"{"agent":{"id":"\#(long)"}}"#)
        }
        #expect(try decode(#"{"agent":{"id":"\#(long.dropLast())"}}"#).id.utf8.count == 256)
    }

    @Test("other texts are cut at a whole character and lose their control characters")
    func texts() throws {
        let long = String(repeating: "ä", count: 300) + "!"
        let report = try decode(
            #"{"agent":{"id":"a\u0000b","version":"1\n2\u007f\u009b"},"#
                + #""host":{"osName":"\#(long)"}}"#
        )
        #expect(report.id == "a\u{FFFD}b")
        #expect(report.agentVersion == "1\u{FFFD}2\u{FFFD}\u{FFFD}")
        #expect(report.osName == String(repeating: "ä", count: 256))
        let odd = try decode(#"{"agent":{"id":"a","version":"x\#(long)"}}"#)
        #expect(odd.agentVersion == "x" + String(repeating: "ä", count: 255))
    }

    @Test("a huge text costs no more than its limit")
    func hugeText() throws {
        let huge = String(repeating: "\\u0041", count: 200_000)
        let report = try decode(#"{"agent":{"id":"a","version":"\#(huge)"}}"#)
        #expect(report.agentVersion?.utf8.count == ReportLimits.textBytesMax)
    }

    @Test("a body over the limit is refused before it is read")
    func tooLarge() throws {
        let bytes = [UInt8](repeating: 0x20, count: ReportLimits.reportBytesMax + 1)
        #expect(throws: ReportError.tooLarge(bytes: bytes.count)) {
            try decode(bytes: bytes)
        }
        let padding = String(repeating: " ", count: ReportLimits.reportBytesMax - 20)
        #expect(try decode(#"{"agent":{"id":"a"}}"# + padding).id == "a")
    }

    @Test("what is too much in a list is ignored")
    func longLists() throws {
        let item = #"{"device":"d","name":"n"}"#
        let list = "[" + repeatElement(item, count: 1100).joined(separator: ",") + "]"
        let map = (0..<1100).map { #""t\#($0)":1"# }.joined(separator: ",")
        let report = try decode(
            #"""
            {"agent":{"id":"a"},"disks":\#(list),"diskIO":\#(list),"network":\#(list),
            "sensors":{"temperatureCelsius":{\#(map)}},"host":{"loadAverage":[1,2,3,4,"five"]}}
            """#
        )
        #expect(report.disks.count == ReportLimits.disksMax)
        #expect(report.diskIO.count == ReportLimits.diskIOMax)
        #expect(report.network.count == ReportLimits.interfacesMax)
        #expect(report.temperatures.count == ReportLimits.temperaturesMax)
        #expect(report.loadAverage == [1, 2, 3])
    }

    @Test(
        "a value that the format does not have is refused with its place",
        arguments: [
            (#"{"agent":{"id":7}}"#, 15), (#"{"agent":[]}"#, 9), ("[]", 0), ("7", 0),
            (#"{"metrics":{"cpuUsagePercent":1e400}}"#, 30),
            (#"{"metrics":{"cpuUsagePercent":"5"}}"#, 30),
            (#"{"metrics":{"memory":{"totalBytes":1.5}}}"#, 35),
            (#"{"metrics":{"memory":{"totalBytes":1e400}}}"#, 35),
            (#"{"network":[{"rxBytes":-1}]}"#, 23),
            (#"{"network":[{"rxBytes":18446744073709551616}]}"#, 23),
            (#"{"diskIO":[7]}"#, 11), (#"{"disks":{}}"#, 9),
            (#"{"unknown":1e400}"#, 11),
            (#"{"sensors":{"temperatureCelsius":{"x":"hot"}}}"#, 38),
        ]
    )
    func unexpected(_ text: String, _ offset: Int) {
        #expect(throws: ReportError.unexpectedValue(offset: offset)) { try decode(text) }
    }

    @Test(
        "what is no JSON is refused with its place",
        arguments: [
            ("", 0), ("{", 1), (#"{"agent":{"id":"a"}} x"#, 21), (#"{"agent":{"id":"a"},}"#, 20),
            (#"{"x":nul}"#, 8), (#"{"x":"\q"}"#, 6), (#"{"x":01}"#, 6), (#"{"x":+1}"#, 5),
            (#"{"x":"\ud800"}"#, 6), ("{\"x\":\"\u{01}\"}", 6), (#"{"x":NaN}"#, 5),
        ]
    )
    func malformed(_ text: String, _ offset: Int) {
        #expect(throws: ReportError.malformed(offset: offset)) { try decode(text) }
    }

    @Test("nesting without end is refused")
    func deep() {
        let text = #"{"x":"# + String(repeating: "[", count: 100_000)
        #expect(throws: ReportError.self) { try decode(text) }
    }

    @Test("figures outside of their range are brought into it")
    func ranges() throws {
        let report = try decode(
            #"""
            {"agent":{"id":"a","intervalSeconds":-3},"host":{"cpuCount":-1,"uptimeSeconds":-5,
            "loadAverage":[-1,1e300]},"metrics":{"cpuUsagePercent":250,"memory":{"totalBytes":-1,
            "usedBytes":-9223372036854775808}},"disks":[{"freeBytes":-4096}],
            "sensors":{"temperatureCelsius":{"a":-300,"b":5000,"c":-40}}}
            """#
        )
        #expect(report.intervalSeconds == 30)
        #expect(report.cpuCount == nil)
        #expect(report.uptimeSeconds == nil)
        #expect(report.loadAverage == [0, 1e300])
        #expect(report.cpuPercent == 100)
        #expect(report.memory == HostReport.Memory())
        #expect(report.disks[0].freeBytes == 0)
        #expect(report.temperatures == [HostReport.Temperature(name: "c", celsius: -40)])
    }

    @Test(
        "a sequence is v1, 32 hexadecimal digits and a number from 1",
        arguments: [
            "", "v1", "v1::1", "v2:35dd598e28906f124103939ac344a3ba:1",
            "v1:35dd598e28906f124103939ac344a3b:1", "v1:35dd598e28906f124103939ac344a3bz:1",
            "v1:35dd598e28906f124103939ac344a3ba:0", "v1:35dd598e28906f124103939ac344a3ba:-1",
            "v1:35dd598e28906f124103939ac344a3ba:1:2", "v1:35dd598e28906f124103939ac344a3ba:",
            "v1:35dd598e28906f124103939ac344a3ba:18446744073709551616",
        ]
    )
    func noSequence(_ text: String) throws {
        #expect(HostReport.Sequence(wireText: text) == nil)
        #expect(try decode(#"{"agent":{"id":"a"},"sequenceId":"\#(text)"}"#).sequence == nil)
    }

    @Test("the last of two equal keys counts, lists are not put together")
    func repeatedKeys() throws {
        let report = try decode(
            #"{"agent":{"id":"a"},"disks":[{},{}],"disks":[{"device":"x"}],"agent":{"id":"b"}}"#
        )
        #expect(report.id == "b")
        #expect(report.disks.map(\.device) == ["x"])
    }

    @Test("every refusal is a sentence")
    func sentences() {
        for error in [
            ReportError.tooLarge(bytes: 1), .malformed(offset: 2), .unexpectedValue(offset: 3),
            .noIdentity, .identityTooLong(bytes: 300),
        ] {
            #expect(error.description.hasPrefix("The ") && error.description.hasSuffix("."))
        }
    }

    private func decode(_ text: String) throws(ReportError) -> HostReport {
        try decode(bytes: Array(text.utf8))
    }

    private func decode(bytes: [UInt8]) throws(ReportError) -> HostReport {
        try decodeHostReport(bytes.span)
    }

    /// The members of the outermost object.
    private static func sections(of text: String) throws -> [String] {
        var sections: [String] = []
        var section = ""
        var depth = 0
        for character in text.dropFirst().dropLast() {
            if "{[".contains(character) { depth += 1 }
            if "}]".contains(character) { depth -= 1 }
            if character == ",", depth == 0 {
                sections.append(section)
                section = ""
            } else {
                section.append(character)
            }
        }
        return sections + [section]
    }
}

/// A generator whose sequence is its seed's.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
