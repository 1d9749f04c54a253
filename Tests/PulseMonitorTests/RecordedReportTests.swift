import Foundation
import PulseFleet
import PulseMonitor
import Testing

/// Two reports as upstream's agent sent them, if they are here: kept outside of the repository.
private let recordings: URL? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    return ["..", "../.."].map { root.appending(path: "\($0)/shared/fixtures/agent") }
        .first { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) }
}()

@Suite(
    "Recorded reports",
    .enabled(if: recordings != nil, "the fixtures folder ../shared is not there")
)
struct RecordedReportTests {
    @Test("reports of the Go agent are read", arguments: [1, 2])
    func recorded(_ number: Int) throws {
        let bytes = try bytes(number)
        let report = try decodeHostReport(bytes.span)
        #expect(report.id == "6f0f2c0e-5a0f-4f0b-9c54-2f6b1f7d9a10")
        #expect(report.hostname == "tower")
        #expect(report.agentVersion == "v6.3.0")
        #expect(report.osName == "debian" && report.osVersion == "12.11")
        #expect(report.intervalSeconds == 5)
        #expect(report.cpuCount == 2)
        #expect(report.uptimeSeconds == (number == 1 ? 4414 : 4430))
        #expect(report.loadAverage == (number == 1 ? [8.15, 7.56, 4.97] : [8.97, 7.77, 5.08]))
        #expect(report.cpuPercent == (number == 1 ? 100 : 99.96966939642033))
        #expect(report.memory.totalBytes == 25_276_514_304)
        #expect(report.memory.usedBytes == (number == 1 ? 1_262_284_800 : 2_104_344_576))
        #expect(report.disks.map(\.mountpoint) == ["/"])
        #expect(report.disks[0].usedBytes == (number == 1 ? 23_382_073_344 : 23_405_735_936))
        #expect(report.diskIO.map(\.device) == ["vda"])
        #expect(report.network.map(\.name) == ["eth0"])
        #expect(report.network[0].receivedBytes == (number == 1 ? 864_038_138 : 870_011_696))
        #expect(report.temperatures.isEmpty)
        #expect(
            report.timestampMilliseconds == (number == 1 ? 1_795_463_725_032 : 1_795_463_725_104)
        )
        #expect(
            report.sequence
                == HostReport.Sequence(
                    stream: "35dd598e28906f124103939ac344a3ba",
                    number: UInt64(number)
                )
        )
    }

    @Test("cut at any byte they are refused there", arguments: [1, 2])
    func truncated(_ number: Int) throws {
        let bytes = try bytes(number)
        for length in 0..<bytes.count {
            do throws(ReportError) {
                _ = try decodeHostReport(bytes.span.extracting(0..<length))
                Issue.record("\(length) bytes were taken for a report")
            } catch {
                guard error == .malformed(offset: length) else {
                    Issue.record("\(length) bytes: \(error)")
                    return
                }
            }
        }
    }

    private func bytes(_ number: Int) throws -> [UInt8] {
        let url = try #require(recordings).appending(path: "host-report-\(number).json")
        return try Array(Data(contentsOf: url))
    }
}
