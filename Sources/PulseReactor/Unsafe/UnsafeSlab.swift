/// Elements at addresses that never move, named by index, in chunks that are never given back.
///
/// The kernel may hold an element's address as long as its user says that it does. The slab owns
/// the memory; an index is valid from `take` to `give`.
@safe package struct UnsafeSlab<Element: BitwiseCopyable>: ~Copyable {
    private var chunks: [UnsafeMutablePointer<Element>] = unsafe []
    private var free: [UInt32] = []
    private let chunkShift: UInt32
    private let blank: Element

    /// Elements in use.
    package private(set) var count = 0

    /// A slab whose fresh elements are `blank`; it grows by 2^`chunkShift` elements.
    package init(blank: Element, chunkShift: UInt32 = 8) {
        self.blank = blank
        self.chunkShift = chunkShift
    }

    deinit {
        // The slab's owner ends after the backend, so no operation holds an address any more.
        unsafe chunks.forEach { unsafe $0.deallocate() }
    }

    /// Indices ever handed out are below this.
    package var indexEnd: UInt32 { unsafe UInt32(chunks.count) << chunkShift }

    /// Takes an element; its content is what it last was, or `blank`.
    package mutating func take() -> UInt32 {
        count += 1
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
    package mutating func give(_ index: UInt32) {
        precondition(count > 0, "a slab element was given back twice")
        count -= 1
        free.append(index)
    }

    /// The element's address, stable for the slab's whole life.
    package func address(_ index: UInt32) -> UnsafeMutablePointer<Element> {
        precondition(index < indexEnd, "an index that the slab never handed out")
        return unsafe chunks[Int(index >> chunkShift)]
            + Int(index & ((1 << chunkShift) - 1))
    }

    package subscript(index: UInt32) -> Element {
        get { unsafe address(index).pointee }
        nonmutating _modify { yield unsafe &address(index).pointee }
    }
}
