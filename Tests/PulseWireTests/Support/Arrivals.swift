/// The ways in which an input is cut up: each inner array holds the byte counts at which a decoder
/// is called, the last one being the whole.
///
/// Whole, byte by byte, and cut in two at every place; long inputs are cut at places spread over
/// them and around their ends, because every place would be quadratic.
func arrivals(of byteCount: Int) -> [[Int]] {
    guard byteCount > 0 else { return [[0]] }
    var ways = [[byteCount]]
    let cuts: [Int]
    if byteCount <= 2000 {
        ways.append(Array(1...byteCount))
        cuts = Array(0..<byteCount)
    } else {
        cuts =
            [1, 2, byteCount - 2, byteCount - 1]
            + stride(from: 3, to: byteCount, by: byteCount / 17)
    }
    ways += cuts.map { [$0, byteCount] }
    return ways
}

/// The bytes of a text whose characters each stand for one byte.
func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8($0.value) }
}
