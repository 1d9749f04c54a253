import Glibc
import Logging
import PulseReactor
import PulseSimulator
import Synchronization

/// The process of `pulse simulate`.
struct SimulateProcess {
    let options: SimulatorOptions
    let address: SocketAddress
    let control: SocketAddress
    let io: IOChoice
    let log: Logger

    /// Plays the clusters until SIGINT or SIGTERM.
    ///
    /// When all is ready, the configuration lies in `file`, and the line that says so stands in the
    /// log and has been written to `descriptor`.
    func run(writing file: String?, announcingTo descriptor: Int32?) throws {
        let written = Mutex<ConfigurationOutput?>(nil)
        defer { written.withLock { $0 }?.remove() }
        let process = ReactorProcess(io: io, connectionsMax: Limits.connectionsMax, log: log)
        try process.run { shard in
            let simulator = Simulator(options, reactor: shard.reactor, log: log)
            let remotes = try simulator.start(on: address)
            let control = try simulator.startControl(on: control)
            if let file {
                let content = SimulatedRemote.configuration(remotes)
                let output = try ConfigurationOutput(writing: content, to: file)
                written.withLock { $0 = output }
            }
            try announce(remotes, control, to: descriptor)
            return simulator
        }
    }

    /// Says where everything is.
    private func announce(
        _ remotes: [SimulatedRemote],
        _ control: SocketAddress,
        to descriptor: Int32?
    ) throws {
        let log = log.alwaysInformative
        for remote in remotes {
            log.info("\(remote.name) \(remote.url) \(remote.tokenID) \(remote.fingerprint)")
        }
        let others = remotes.count == 1 ? "" : " and \(remotes.count - 1) more"
        let first = remotes.first?.url ?? ""
        let ready = "listening on \(first)\(others), control on http://\(control)"
        log.info("\(ready)")
        guard let descriptor else { return }
        let line = Array("\(ready)\n".utf8)
        guard unsafe write(descriptor, line, line.count) == line.count else {
            throw SimulateFailure("cannot write to --ready-fd \(descriptor): \(lastReason())")
        }
        // Who waits for the end of the stream has it.
        if descriptor > STDERR_FILENO { _ = close(descriptor) }
    }
}

/// Why a simulation failed at run time, in a sentence.
struct SimulateFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// What errno says, in the kernel's words.
private func lastReason() -> String { unsafe String(cString: strerror(errno)) }

extension Simulator: ProcessService {
    func stop(on shard: isolated Shard) async { stop() }

    func stopNow() { stop() }
}

/// A configuration that is there for as long as the process runs.
///
/// Only the user can read it, since it holds secrets. It appears whole or not at all.
struct ConfigurationOutput {
    private let path: String
    private let inode: ino_t

    /// Writes a file; one that is there is replaced only when it is empty or was written here.
    init(writing content: [UInt8], to path: String) throws(SimulateFailure) {
        self.path = path
        guard ConfigurationOutput.mayReplace(path) else {
            throw SimulateFailure(
                "--write-config: \(path) exists and was not written by a simulation; choose "
                    + "another name, or remove it"
            )
        }
        let temporary = "\(path).\(getpid())"
        let fd = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard fd >= 0 else { throw ConfigurationOutput.failed(path) }
        defer { _ = close(fd) }
        var status = stat()
        guard unsafe Glibc.write(fd, content, content.count) == content.count,
            unsafe fstat(fd, &status) == 0, unsafe rename(temporary, path) == 0
        else {
            let failure = ConfigurationOutput.failed(path)
            unsafe unlink(temporary)
            throw failure
        }
        inode = status.st_ino
    }

    /// Removes the file, unless it has become another one meanwhile.
    func remove() {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_ino == inode else { return }
        unsafe unlink(path)
    }

    /// How every configuration of a simulation begins.
    private static let beginning = SimulatedRemote.configuration([]).prefix { $0 != 10 } + [10]

    private static func mayReplace(_ path: String) -> Bool {
        let fd = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return errno == ENOENT }
        defer { _ = close(fd) }
        var start = [UInt8](repeating: 0, count: beginning.count)
        let count = unsafe read(fd, &start, start.count)
        return count == 0 || start == Array(beginning)
    }

    private static func failed(_ path: String) -> SimulateFailure {
        SimulateFailure("--write-config: cannot write \(path): \(lastReason())")
    }
}
