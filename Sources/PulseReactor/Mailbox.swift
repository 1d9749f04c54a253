import Synchronization

/// What other threads leave for a reactor, with one eventfd to wake it.
///
/// The reactor polls the descriptor; a letter posted while it is awake costs a lock and no system
/// call, because the flag says that it will look again anyway.
final class Mailbox: Sendable {
    enum Letter: Sendable {
        case job(UnownedJob)
        case cancelTimer(TimerID)
        case cancelPoll(Token)
        /// Shares of this reactor's frames that have ended on another one.
        case framesReturned([FrameAddress])
        /// A letterbox has letters, by its place among the reactor's.
        case letterbox(UInt8)
        case stop
    }

    private struct State {
        var letters: [Letter] = []
        var isSignalled = false
    }

    private let state = Mutex(State())
    private let bell: Bell

    init(_ bell: Bell) { self.bell = bell }

    deinit { bell.close() }

    /// Becomes readable when letters wait.
    var descriptor: Int32 { bell.descriptor }

    /// Leaves a letter; may be called from any thread.
    func post(_ letter: Letter) {
        let wake = state.withOrderedLock(of: self) { state in
            state.letters.append(letter)
            defer { state.isSignalled = true }
            return !state.isSignalled
        }
        if wake { bell.ring() }
    }

    /// Takes all letters and clears the signal.
    func collect() -> [Letter] {
        bell.silence()
        return state.withOrderedLock(of: self) { state in
            state.isSignalled = false
            defer { state.letters.removeAll(keepingCapacity: true) }
            return state.letters
        }
    }
}
