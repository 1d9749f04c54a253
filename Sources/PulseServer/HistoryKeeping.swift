import Logging
import PulseFleet
import PulseLogging
import PulseReactor
import PulseStore

/// Keeps the recent history over restarts: reads it before anything is served, and writes it every
/// few minutes and at the end.
///
/// The fleet hands it out in parts of a millisecond; a thread of its own writes them. Whatever goes
/// wrong with the file is said, and the server goes on with what it has in memory.
final class HistoryKeeping {
    private let file: RecentHistoryFile
    private let fleet: FleetOwner
    private let log: Logger
    private let lane: BlockingLane
    private var trouble = TroubleLog<SystemError>()
    private(set) var figures = HistoryFileFigures()
    /// The writing that goes on.
    private var saving: Task<Void, Never>?
    /// Whether a file lies there that could be neither read nor put aside.
    private var isBlocked = false
    private var isEnding = false
    /// Whether nobody waits for the last writing any more.
    private var isGivenUp = false

    init(
        in folder: DataFolder,
        of fleet: FleetOwner,
        log: Logger
    ) throws(SystemError) {
        file = RecentHistoryFile(in: folder)
        self.fleet = fleet
        self.log = log
        lane = try BlockingLane(name: "pulse-store", waitingMax: 2)
    }

    // MARK: Reading

    /// Takes over what the last run has written.
    ///
    /// It reads on the caller's thread: nothing is served yet, and nobody waits.
    func restore() {
        let now = FleetTime.now()
        do {
            guard let parts = try file.read() else { return }
            let archive = try HistoryArchive(parts: parts)
            try fleet.restoreHistory(archive, at: now)
            let age = try archive.ageMilliseconds(at: now)
            log.info(
                "the recent history was read",
                metadata: [
                    "resources": "\(archive.resourceCount)", "seconds old": "\(age / 1_000)",
                ]
            )
        } catch {
            putAside(because: "\(error)")
        }
    }

    private func putAside(because why: String) {
        figures.unusable = 1
        do throws(SystemError) {
            let aside = try file.putAside()
            log.error(
                """
                the recent history of before cannot be used: charts begin anew; the file is kept \
                as \(aside), and may be deleted
                """,
                metadata: ["why": "\(why)"]
            )
        } catch {
            isBlocked = true
            log.error(
                """
                the recent history of before can be neither used nor put aside: move \
                \(file.path) away and start again; until then the history is in memory only
                """,
                metadata: ["why": "\(why)", "rename": "\(error.reason)"]
            )
        }
    }

    // MARK: Writing

    /// Writes it again and again until the task is cancelled.
    func run(on shard: isolated Shard) async {
        var pause = ServerLimits.firstHistorySaveNanoseconds
        while !isEnding, (try? await shard.sleep(until: .now() + pause)) != nil, !isEnding {
            await save(until: .now() + ServerLimits.historySaveNanoseconds, on: shard)
            pause = ServerLimits.historyPauseNanoseconds(byteCount: figures.byteCount)
        }
    }

    /// Writes it for the last time.
    func end(until deadline: MonotonicTime, on shard: isolated Shard) async {
        guard !isEnding else { return }
        isEnding = true
        // What goes on may hang: this one has a deadline.
        saving?.cancel()
        await saving?.value
        await save(until: deadline, on: shard)
    }

    /// Gives up what is being written, for those who ask twice: the file of before stays.
    func giveUp() {
        isGivenUp = true
        saving?.cancel()
    }

    private func save(until deadline: MonotonicTime, on shard: isolated Shard) async {
        if isBlocked || isGivenUp { return }
        let reactor = shard.reactor
        let saving = Task {
            await withTaskExecutorPreference(reactor) {
                await self.write(until: deadline, on: shard)
            }
        }
        self.saving = saving
        await saving.value
        self.saving = nil
    }

    private func write(until deadline: MonotonicTime, on shard: isolated Shard) async {
        do {
            let byteCount = try await copyOut(until: deadline, on: shard)
            figures.byteCount = byteCount
            figures.written += 1
            figures.writtenAtMilliseconds = FleetTime.now().wallMilliseconds
            if let failures = trouble.clear() {
                log.notice(
                    "the recent history is written again",
                    metadata: ["failures": "\(failures)"]
                )
            }
        } catch let error as SystemError {
            figures.failed += 1
            say(error)
        } catch LaneError.cancelled {
            return
        } catch {
            figures.failed += 1
            log.warning("the recent history was not written", metadata: ["why": "\(error)"])
        }
    }

    private func copyOut(
        until deadline: MonotonicTime,
        on shard: isolated Shard
    ) async throws -> Int64 {
        let file = file
        let draft = try await onLane(until: deadline, on: shard) { () throws(SystemError) in
            try file.begin()
        }
        do {
            var archiver = fleet.historyArchiver(at: .now())
            while let part = nextPart(of: &archiver, on: shard) {
                try await onLane(until: deadline, on: shard) { () throws(SystemError) in
                    try draft.append(part)
                }
            }
            let last = fleet.finish(archiver, at: .now())
            return try await onLane(until: deadline, on: shard) { () throws(SystemError) in
                try file.commit(draft, last: last)
            }
        } catch {
            try? lane.start { file.abandon() }
            throw error
        }
    }

    private func nextPart(
        of archiver: inout HistoryArchiver,
        on shard: isolated Shard
    ) -> [UInt8]? {
        shard.reactor.nameWork("the recent history")
        return fleet.nextPart(of: &archiver)
    }

    private func onLane<R: Sendable>(
        until deadline: MonotonicTime,
        on shard: isolated Shard,
        _ body: @escaping @Sendable () throws(SystemError) -> R
    ) async throws -> R {
        try await lane.run(until: deadline, on: shard) { () -> Result<R, SystemError> in
            Result(catching: body)
        }.get()
    }

    private func say(_ error: SystemError) {
        let words =
            "the recent history cannot be written to \(file.path): it stays in memory, and "
            + "charts would begin anew after a restart"
        switch trouble.note(error, at: .now()) {
        case .new: log.error("\(words)", metadata: ["why": "\(error.reason)"])
        case .again(let times):
            log.error("\(words)", metadata: ["why": "\(error.reason)", "times": "\(times)"])
        case nil: break
        }
    }
}

/// What /metrics says of the file of the recent history.
struct HistoryFileFigures: Sendable {
    /// How often it was written, and how often it could not be.
    var written: UInt64 = 0
    var failed: UInt64 = 0
    /// 1 when the file of the last run could not be used.
    var unusable: UInt64 = 0
    /// The size of what was written last.
    var byteCount: Int64 = 0
    /// When that was; 0 = never in this run.
    var writtenAtMilliseconds: Int64 = 0
}
