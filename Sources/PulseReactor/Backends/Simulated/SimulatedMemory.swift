#if DEBUG
import Glibc

/// Memory that an operation in flight names, with a copy of what it held when it was handed over.
///
/// A real kernel reads it at any time until the completion, so it may be neither changed nor freed.
@safe final class SimulatedMemory {
    let address: UInt
    let byteCount: Int
    private let copy: UnsafeMutableRawPointer

    init(address: UInt, byteCount: Int) {
        self.address = address
        self.byteCount = byteCount
        // Owned here until the operation has completed.
        unsafe copy = .allocate(byteCount: max(1, byteCount), alignment: 16)
        unsafe AddressedMemory.copy(byteCount, from: address, to: UInt(bitPattern: copy))
    }

    deinit { unsafe copy.deallocate() }

    /// Whether the memory still holds what it did.
    var isIntact: Bool {
        unsafe AddressedMemory.isSame(byteCount, at: address, and: UInt(bitPattern: copy))
    }
}

/// Memory by numbers for addresses, which cross the kernel's lock; it is its users' to be valid.
enum AddressedMemory {
    static func copy(_ byteCount: Int, from source: UInt, to target: UInt) {
        guard byteCount > 0, let source = unsafe UnsafeRawPointer(bitPattern: source),
            let target = unsafe UnsafeMutableRawPointer(bitPattern: target)
        else { return }
        unsafe memcpy(target, source, byteCount)
    }

    static func isSame(_ byteCount: Int, at one: UInt, and other: UInt) -> Bool {
        guard byteCount > 0, let one = unsafe UnsafeRawPointer(bitPattern: one),
            let other = unsafe UnsafeRawPointer(bitPattern: other)
        else { return true }
        return unsafe memcmp(one, other, byteCount) == 0
    }

    private static let poison: UInt8 = 0xDB

    /// Marks memory as the kernel's, or as nobody's.
    static func poison(_ byteCount: Int, at address: UInt) {
        guard let target = unsafe UnsafeMutableRawPointer(bitPattern: address) else { return }
        unsafe _ = memset(target, Int32(poison), byteCount)
    }

    /// Whether nobody has written to poisoned memory.
    static func isPoisoned(_ byteCount: Int, at address: UInt) -> Bool {
        guard let bytes = unsafe UnsafePointer<UInt8>(bitPattern: address) else { return true }
        // All are right when the first one is and each equals the one before it.
        return unsafe bytes[0] == poison && isSame(byteCount - 1, at: address, and: address + 1)
    }
}
#endif
