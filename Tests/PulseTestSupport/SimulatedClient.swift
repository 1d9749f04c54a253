#if DEBUG
import Glibc
import PulseReactor
import Synchronization

/// A blocking client of a simulated kernel; every call gives up after ten seconds.
final class SimulatedClient: Sendable {
    private let kernel: SimulatedKernel
    private let peer: SimulatedPeer
    private let isResetting = Atomic(false)

    private static let patienceNanoseconds: UInt64 = 10_000_000_000

    init(_ address: SocketAddress, _ kernel: SimulatedKernel) throws {
        self.kernel = kernel
        let made = kernel.wait(nanoseconds: SimulatedClient.patienceNanoseconds) {
            let result = Result { () throws(SystemError) in
                try kernel.connectPeer(to: address)
            }
            if case .failure(let error) = result, error.code == EINPROGRESS {
                return Result<SimulatedPeer, SystemError>?.none
            }
            return result
        }
        guard let made else { throw ClientError(call: "connect", code: ETIMEDOUT) }
        do {
            peer = try made.get()
        } catch {
            throw ClientError(call: "connect", code: error.code)
        }
    }

    func close() { kernel.close(peer, reset: isResetting.load(ordering: .relaxed)) }

    func resetOnClose() { isResetting.store(true, ordering: .relaxed) }

    func endOutput() { kernel.endOutput(peer) }

    /// How many bytes were sent, or -1 with errno set.
    func send(_ bytes: ArraySlice<UInt8>, waits: Bool) -> Int {
        let patience = waits ? SimulatedClient.patienceNanoseconds : 0
        let result = kernel.wait(nanoseconds: patience) {
            let result = kernel.send(peer, bytes)
            return result == -Int(EAGAIN) ? nil : result
        }
        if let result, result >= 0 { return result }
        errno = result.map { Int32(-$0) } ?? EAGAIN
        return -1
    }

    func receive(atMost count: Int, waits: Bool) throws -> [UInt8]? {
        let patience = waits ? SimulatedClient.patienceNanoseconds : 0
        let receipt = kernel.wait(nanoseconds: patience) {
            let receipt = kernel.receive(peer, atMost: count)
            return receipt == .nothing ? nil : receipt
        }
        switch receipt {
        case .bytes(let bytes): return bytes
        case .end: return []
        case .failed(let code): throw ClientError(call: "recv", code: code)
        case .nothing, nil:
            errno = EAGAIN
            return nil
        }
    }
}
#endif
