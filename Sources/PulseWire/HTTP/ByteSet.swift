/// A set of ASCII characters, tested with one shift.
struct ByteSet {
    /// Bit n stands for character n.
    private let low: UInt64

    /// Bit n stands for character 64 + n.
    private let high: UInt64

    /// The characters of a method or a field name: `tchar` of RFC 9110 section 5.6.2.
    static let token = ByteSet(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)

    /// The characters taken in a request target: every visible one but `"`, `#`, `<`, `>`, `\`.
    ///
    /// RFC 3986 would also refuse `^`, `` ` ``, `{`, `|` and `}`, but browsers send these raw in
    /// a query (WHATWG URL, query percent-encode set).
    static let target = ByteSet(low: 0xafff_fff2_0000_0000, high: 0x7fff_ffff_efff_ffff)

    /// The characters of a host's name or IPv4 address: `unreserved` and `sub-delims` of RFC 3986.
    ///
    /// Escapes are left out: they would give one host many spellings, and no client sends them.
    static let hostName = ByteSet(low: 0x2bff_7fd2_0000_0000, high: 0x47ff_fffe_87ff_fffe)

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : high
        return byte < 128 && (word &>> UInt64(byte & 63)) & 1 == 1
    }
}
