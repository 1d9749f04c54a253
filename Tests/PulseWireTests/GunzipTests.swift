import Foundation
import PulseWire
import Testing

@Suite("gzip bodies")
struct GunzipTests {
    private func inflate(_ bytes: [UInt8], bytesMax: Int = 1 << 20) throws(GunzipError) -> [UInt8] {
        try unsafe Gunzip.inflate(bytes.span.bytes, bytesMax: bytesMax)
    }

    @Test("a body is what was compressed")
    func whole() throws {
        #expect(try inflate(Compressed.hello.bytes) == Compressed.hello.plain)
        #expect(try inflate(Compressed.zeros.bytes) == Compressed.zeros.plain)
        #expect(try inflate(Compressed.empty.bytes) == [])
    }

    @Test("several members are one body")
    func members() throws {
        let both = Compressed.hello.bytes + Compressed.empty.bytes + Compressed.hello.bytes
        #expect(try inflate(both) == Compressed.hello.plain + Compressed.hello.plain)
    }

    @Test("a limit holds to the byte")
    func limits() throws {
        let count = Compressed.zeros.plain.count
        #expect(try inflate(Compressed.zeros.bytes, bytesMax: count).count == count)
        for limit in [0, 1, 100, count - 1] {
            #expect(throws: GunzipError.tooLarge(limit: limit)) {
                try inflate(Compressed.zeros.bytes, bytesMax: limit).count
            }
        }
    }

    @Test("what is cut at any byte, damaged, or followed by something else is refused")
    func damaged() throws {
        let bytes = Compressed.hello.bytes
        for end in 0..<bytes.count {
            #expect(throws: GunzipError.malformed) { try inflate(Array(bytes[..<end])) }
        }
        // Bytes 4 to 9 are the time, the flags of the compressor and the system: they mean nothing.
        for index in bytes.indices where !(4..<10).contains(index) {
            var damaged = bytes
            damaged[index] ^= 0x55
            #expect(throws: GunzipError.self) { try inflate(damaged) }
        }
        #expect(throws: GunzipError.malformed) { try inflate(bytes + [0]) }
        #expect(throws: GunzipError.malformed) { try inflate(Array("{\"plain\":true}".utf8)) }
    }
}
