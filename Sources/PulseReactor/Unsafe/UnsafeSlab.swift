/// Elements at addresses that never move, named by index, in chunks that are never given back.
///
/// The kernel may hold an element's address as long as its user says that it does. The slab owns
/// the memory; an index is valid from `take` to `give`.
///
/// Public and inlinable, since other modules keep their records in slabs too: a generic type that
/// the compiler cannot specialise looks its metadata up at each call, which was an eighth of a
/// broadcast's cost, and Swift 6.3 specialises nothing across modules that is merely `package`.
@safe public struct UnsafeSlab<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline var chunks: [UnsafeMutablePointer<Element>] = unsafe []
    @usableFromInline var free: [UInt32] = []
    @usableFromInline let chunkShift: UInt32
    @usableFromInline let blank: Element

    @usableFromInline var taken = 0

    /// Elements in use.
    @inlinable public var count: Int { taken }

    /// A slab whose fresh elements are `blank`; it grows by 2^`chunkShift` elements.
    @inlinable public init(blank: Element, chunkShift: UInt32 = 8) {
        self.blank = blank
        self.chunkShift = chunkShift
    }

    @inlinable deinit {
        // The slab's owner ends after the backend, so no operation holds an address any more.
        unsafe chunks.forEach { unsafe $0.deallocate() }
    }

    /// Indices ever handed out are below this.
    @inlinable public var indexEnd: UInt32 { unsafe UInt32(chunks.count) << chunkShift }

    /// Takes an element; its content is what it last was, or `blank`.
    @inlinable public mutating func take() -> UInt32 {
        taken += 1
        if let index = free.popLast() { return index }
        let size = 1 << Int(chunkShift)
        let first = indexEnd
        let chunk = UnsafeMutablePointer<Element>.allocate(capacity: size)
        unsafe chunk.initialize(repeating: blank, count: size)
        unsafe chunks.append(chunk)
        // The lowest index is handed out first, so that a small server touches little memory.
        for index in (first + 1..<first + UInt32(size)).reversed() { free.append(index) }
        return first
    }

    /// Gives an element back.
    @inlinable public mutating func give(_ index: UInt32) {
        precondition(taken > 0, "a slab element was given back twice")
        taken -= 1
        free.append(index)
    }

    /// The element's address, stable for the slab's whole life; traps where the slab never handed
    /// the index out, since no chunk has it then.
    @inlinable @inline(__always)
    public func address(_ index: UInt32) -> UnsafeMutablePointer<Element> {
        unsafe chunks[Int(index &>> chunkShift)] + Int(index & ((1 &<< chunkShift) &- 1))
    }

    @inlinable public subscript(index: UInt32) -> Element {
        @inline(__always) get { unsafe address(index).pointee }
        @inline(__always) nonmutating _modify { yield unsafe &address(index).pointee }
    }
}
