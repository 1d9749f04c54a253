import Synchronization

/// What services on other threads leave for a service of one reactor: letters of one type, in the
/// order in which they were posted.
///
/// It rings once for all that is posted until the letters are collected. It does not bound itself:
/// its users answer each other's letters, and count those that are on their way.
package final class Letterbox<Letter: Sendable>: Sendable {
    private struct State {
        var letters: [Letter] = []
        var hasRung = false
    }

    private let state = Mutex(State())
    private let ring: @Sendable () -> Void

    /// A letterbox whose receiver learns by `ring` that it has letters; any thread may ring.
    package init(ring: @escaping @Sendable () -> Void) {
        self.ring = ring
    }

    /// Leaves a letter; may be called from any thread.
    package func post(_ letter: Letter) {
        post(letter) { _ in false }
    }

    /// Leaves a letter, in place of the last one that waits if `supersedes` says so of it.
    package func post(_ letter: Letter, supersedes: (Letter) -> Bool) {
        let rings = state.withLock { state in
            if let last = state.letters.last, supersedes(last) { state.letters.removeLast() }
            state.letters.append(letter)
            defer { state.hasRung = true }
            return !state.hasRung
        }
        if rings { ring() }
    }

    /// Takes all letters.
    package func collect() -> [Letter] {
        state.withLock { state in
            state.hasRung = false
            defer { state.letters = [] }
            return state.letters
        }
    }
}

/// Who takes the letters of letterboxes on a reactor's thread.
package protocol LetterReceiver: AnyObject {
    /// Letters wait in the letterbox; called on the reactor's thread, never inside another call.
    func lettersWait()
}

extension Reactor {
    /// A letterbox whose letters `receiver` collects on this reactor's thread.
    ///
    /// The reactor does not keep the receiver: letters to one that is gone stay where they are.
    package func makeLetterbox<Letter: Sendable>(
        of letters: Letter.Type,
        for receiver: any LetterReceiver
    ) -> Letterbox<Letter> {
        let (mailbox, index) = (mailbox, addReceiver(receiver))
        return Letterbox { mailbox.post(.letterbox(index)) }
    }
}

/// A receiver that its own owner keeps.
struct WeakReceiver {
    weak var receiver: (any LetterReceiver)?
}
