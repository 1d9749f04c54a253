import Testing

@testable import PulseWire

@Suite("Digests")
struct DigestTests {
    @Test(
        "SHA-256 agrees with FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ]
    )
    func sha256(_ text: String, _ digest: String) {
        #expect(unsafe SHA256.hexadecimal(Array(text.utf8).span.bytes) == digest)
    }

    @Test("one context gives every digest as if it were the first")
    func sha256Context() {
        let context = SHA256Context()
        for count in 0..<200 {
            let bytes = [UInt8](repeating: UInt8(count), count: count)
            let digest = unsafe context.digest(bytes.span.bytes)
            let wanted = unsafe SHA256.digest(bytes.span.bytes)
            #expect(digest.indices.allSatisfy { digest[$0] == wanted[$0] })
        }
    }

    @Test("SHA-1 and base64 agree with FIPS 180-4 and RFC 4648")
    func sha1() throws {
        let digest = try #require(unsafe SHA1.digest(Array("abc".utf8).span.bytes))
        #expect(digest[0] == 0xA9 && digest[19] == 0x9D)
        let text = Base64.encode(digest)
        let found = String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
        #expect(found == "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=")
    }

    @Test(
        "only the base64 of 16 bytes is a key",
        arguments: [
            ("dGhlIHNhbXBsZSBub25jZQ==", true),
            ("AAAAAAAAAAAAAAAAAAAAAA==", true),
            ("+/+/+/+/+/+/+/+/+/+/+w==", true),
            ("", false),
            ("dGhlIHNhbXBsZSBub25jZQ=", false),
            ("dGhlIHNhbXBsZSBub25jZQ===", false),
            ("dGhlIHNhbXBsZSBub25jZWU=", false),
            ("dGhlIHNhbXBsZSBub25jZWVl", false),
            ("dGhlIHNhbXBsZSBub25j=Q==", false),
            ("dGhlIHNhbXBsZSBub25j-Q==", false),
            ("dGhlIHNhbXBsZSBub25j Q==", false),
            ("SGVsbG8sIHdvcmxkIQ==", false),
        ]
    )
    func keys(_ text: String, _ isKey: Bool) {
        let bytes = Array(text.utf8)
        #expect(unsafe Base64.isSixteenBytes(bytes.span.bytes, 0..<bytes.count) == isKey)
    }
}
