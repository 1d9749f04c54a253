/// A number and its text, for writing it again with `JSONRoom.fixed(scaled:decimals:last:)`.
///
/// Public and inlinable for the reason that `JSONWriter` names.
public struct RepeatedNumber {
    @usableFromInline let value: Int64
    /// 0 before the first number.
    @usableFromInline let byteCount: Int
    /// `JSONRoom.numberBytesMax` bytes, whatever those behind the text are.
    @usableFromInline let head: SIMD16<UInt8>
    @usableFromInline let tail: SIMD8<UInt8>

    /// No number yet.
    @inlinable
    public init() {
        value = 0
        byteCount = 0
        head = SIMD16()
        tail = SIMD8()
    }

    /// Takes the text from a place with `JSONRoom.numberBytesMax` bytes.
    @inlinable
    init(_ value: Int64, byteCount: Int, at start: UnsafeMutablePointer<UInt8>) {
        self.value = value
        self.byteCount = byteCount
        let text = UnsafeRawPointer(start)
        // 16 and 8 are the bytes that the place has.
        head = unsafe text.loadUnaligned(as: SIMD16<UInt8>.self)
        tail = unsafe text.loadUnaligned(fromByteOffset: 16, as: SIMD8<UInt8>.self)
    }

    /// Puts the text at a place with `JSONRoom.numberBytesMax` bytes.
    @inlinable
    @inline(__always)
    func put(at target: UnsafeMutablePointer<UInt8>) {
        let target = UnsafeMutableRawPointer(target)
        // 16 and 8 are the bytes that the place has.
        unsafe target.storeBytes(of: head, as: SIMD16<UInt8>.self)
        unsafe target.storeBytes(of: tail, toByteOffset: 16, as: SIMD8<UInt8>.self)
    }
}
