import Glibc
import PulseReactor

/// One wish of libcurl's: to hear when `events` hold on a socket.
///
/// libcurl closes a socket as soon as it has taken its wish back, while a poll may still be under
/// way, and the kernel gives the number to the next socket at once. So the poll has a descriptor of
/// its own, which stays open until the poll has ended. libcurl wishes for nothing while a
/// connection is idle, so this is one more descriptor for each request under way and not for each
/// connection.
final class SocketWatch {
    let socket: Int32
    private let events: CurlEvents
    private let descriptor: Int32
    var task: Task<Void, Never>?

    /// `nil` when there are no descriptors left; the request then ends at its deadline.
    init?(_ socket: Int32, _ events: CurlEvents) {
        descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        if descriptor < 0 { return nil }
        self.socket = socket
        self.events = events
    }

    deinit { _ = close(descriptor) }

    /// Ends the poll that is under way.
    func end() { task?.cancel() }

    /// Waits for the events; `nil` when the watch has ended.
    func poll(on shard: isolated Shard) async -> CurlEvents? {
        var wanted: UInt32 = 0
        if events.contains(.input) { wanted |= UInt32(POLLIN) }
        if events.contains(.output) { wanted |= UInt32(POLLOUT) }
        do {
            let ready = try await shard.poll(descriptor, events: wanted)
            var result: CurlEvents = []
            // What hung up may still have bytes to read.
            if ready & UInt32(POLLIN | POLLHUP) != 0 { result.insert(.input) }
            if ready & UInt32(POLLOUT) != 0 { result.insert(.output) }
            if ready & UInt32(POLLERR) != 0 { result.insert(.error) }
            return result
        } catch is CancellationError {
            return nil
        } catch {
            return .error
        }
    }
}
