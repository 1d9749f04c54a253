import PulseFleet
import PulseJSON

/// An archive of the recent history is refused or taken, and what was taken can be written again.
enum HistoryFuzz {
    private static let wallMilliseconds: Int64 = 1_790_000_000_000

    static func run(_ input: Span<UInt8>) {
        var source = ByteSource(input)
        let first = Int(source.next()) | Int(source.next()) << 8
        let second = Int(source.next()) | Int(source.next()) << 8
        // The times between the archive's and now that matter: none, seconds, minutes, days.
        let seconds = [-20, 0, 7, 90, 4_000, 90_000][Int(source.next()) % 6]
        let bytes = Array(input.indices.dropFirst(5).map { input[$0] })
        let cuts = [min(first, bytes.count), min(first + second, bytes.count)]
        let parts = [bytes[..<cuts[0]], bytes[cuts[0]..<cuts[1]], bytes[cuts[1]...]].map {
            Array($0)
        }
        guard let archive = try? HistoryArchive(parts: parts),
            let again = restart(with: archive, secondsLater: seconds)
        else { return }
        precondition(
            again.resourceCount <= archive.resourceCount + 3,
            "resources came out of nothing"
        )
        _ = restart(with: again, secondsLater: seconds)
    }

    /// A run of a server that goes on from an archive; returns its own.
    private static func restart(
        with archive: HistoryArchive,
        secondsLater seconds: Int
    ) -> HistoryArchive? {
        var now = FleetTime(
            wallMilliseconds: wallMilliseconds + Int64(seconds) * 1_000,
            monotonicNanoseconds: 5_000_000_000
        )
        let fleet = FleetOwner(epoch: 1)
        guard (try? fleet.restoreHistory(archive, at: now)) != nil else { return nil }
        let description = RemoteDescription(name: "lab", kind: .pve, url: "")
        let remote = fleet.addRemote(description, pollNanoseconds: 2_000_000_000, at: now)
        for _ in 0..<2 {
            var storage = StorageReport(name: "nas", node: "pve1", status: "available")
            (storage.usedBytes, storage.totalBytes) = (1 << 30, 4 << 30)
            let node = NodeReport(name: "pve1", status: "online")
            var storages = StorageGroups()
            storages.add([storage])
            fleet.apply([node], .whole, of: remote, at: now)
            fleet.apply(storages.groups[...], .whole, of: remote, at: now)
            fleet.noteAnswer(.init(latencyMilliseconds: 3), of: remote, at: now)
            fleet.expire(at: now)
            ask(fleet, at: now)
            now.wallMilliseconds += 10_000
            now.monotonicNanoseconds += 10_000_000_000
        }
        var archiver = fleet.historyArchiver(at: now)
        var parts: [[UInt8]] = []
        while let part = fleet.nextPart(of: &archiver) { parts.append(part) }
        guard let again = try? HistoryArchive(parts: parts + [fleet.finish(archiver, at: now)])
        else {
            preconditionFailure("an archive that was written cannot be read")
        }
        _ = fleet.forgetRestoredHistory()
        ask(fleet, at: now)
        return again
    }

    /// Answers are JSON, whatever they tell.
    private static func ask(_ fleet: FleetOwner, at now: FleetTime) {
        for range in HistoryRange.allCases {
            let query = try? HistoryQuery(
                id: nil,
                resources: ["remote:lab", "node:lab/pve1", "storage:lab/pve1/nas"],
                metrics: [.latency, .disk, .cpu],
                range: range
            )
            guard let query else { preconditionFailure("a small query was refused") }
            let answer = jsonBytes { fleet.encodeHistory(query, ts: 0, at: now, into: &$0) }
            var reader = unsafe JSONReader(answer.span.bytes)
            precondition(
                (try? reader.skipValue()) != nil && (try? reader.finish()) != nil,
                "a history is not JSON"
            )
        }
    }
}
