#if DEBUG
import Glibc

/// Time that passes only as somebody says, for one thread at a time.
///
/// While it is a thread's clock, `MonotonicTime.now` and `WallClock` read it there: what runs above
/// a simulated kernel needs no clock of its own. The memory is the maker's, from `init` to `free`.
struct VirtualClock: Sendable {
    private let address: UInt

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = unsafe pthread_key_create(&key, nil)
        precondition(code == 0, "a process has room for one more key of its threads")
        return key
    }()

    /// Some day in 2023, so that wall times look like wall times.
    private static let wallOffset: UInt64 = 1_700_000_000_000_000_000

    init() {
        let cell = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
        unsafe cell.initialize(to: 1_000_000_000)
        address = UInt(bitPattern: cell)
    }

    func free() { unsafe cell?.deallocate() }

    private var cell: UnsafeMutablePointer<UInt64>? {
        unsafe UnsafeMutablePointer(bitPattern: address)
    }

    var nanoseconds: UInt64 {
        get { unsafe cell?.pointee ?? 0 }
        nonmutating set { unsafe cell?.pointee = newValue }
    }

    /// Makes it the calling thread's clock; returns what that was before, for `end`.
    func begin() -> UInt {
        let before = unsafe UInt(bitPattern: pthread_getspecific(VirtualClock.key))
        unsafe _ = pthread_setspecific(VirtualClock.key, cell)
        return before
    }

    static func end(_ before: UInt) {
        unsafe _ = pthread_setspecific(key, UnsafeRawPointer(bitPattern: before))
    }

    /// What a clock of the calling thread says, or `nil` where the real ones hold.
    static func read(_ clock: clockid_t) -> UInt64? {
        guard let cell = unsafe pthread_getspecific(key) else { return nil }
        let time = unsafe cell.assumingMemoryBound(to: UInt64.self).pointee
        return clock == CLOCK_REALTIME ? wallOffset + time : time
    }
}
#endif
