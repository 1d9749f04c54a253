import CScan
import Glibc

/// A number as its digits say it: `±mantissa * 10^exponent`.
private struct JSONNumber {
    var start: Int
    var end: Int
    var isNegative = false
    /// Whether it has neither fraction nor exponent.
    var isInteger = true
    /// The significant digits, up to 19 of them, which always fit.
    var mantissa: UInt64 = 0
    /// How many digits there are, also those that did not go into the mantissa; leading zeros of a
    /// fraction may count.
    var digitCount = 0
    var exponent = 0

    /// The most significant digits that fit a UInt64 whatever they are.
    static let mantissaDigitsMax = 19
    /// Exponents are capped here: far beyond any Double, far from the overflow of Int.
    static let exponentMax = 1_000_000

    /// Whether `mantissa * 10^exponent` is the number, not its first digits only.
    var isExact: Bool { digitCount <= Self.mantissaDigitsMax }
}

extension JSONReader {
    /// Consumes a number without fraction and exponent from 0 to 2^64-1.
    package mutating func readUInt64() throws(JSONError) -> UInt64 {
        if let value = plainInteger() { return value }
        let number = try numberAtCursor()
        let value = try unsigned(number)
        cursor = number.end
        return value
    }

    /// Consumes a number without fraction and exponent from -2^63 to 2^63-1.
    package mutating func readInt64() throws(JSONError) -> Int64 {
        let number = try numberAtCursor()
        guard number.isInteger else { throw .typeMismatch(at: number.start) }
        let magnitude = try magnitude(of: number)
        let value =
            number.isNegative ? Int64(exactly: -Int128(magnitude)) : Int64(exactly: magnitude)
        guard let value else { throw .numberOutOfRange(at: number.start) }
        cursor = number.end
        return value
    }

    /// Consumes a number; the nearest Double, 0 for what is too small, an error for what is too
    /// large.
    package mutating func readDouble() throws(JSONError) -> Double {
        if let value = plainReal() { return value }
        let number = try numberAtCursor()
        let value = try double(number)
        cursor = number.end
        return value
    }

    /// Consumes `100` or `"100"`, as Proxmox VE says either.
    ///
    /// A fraction is dropped, since Perl also writes whole numbers as `1e+15`.
    package mutating func readLenientUInt64() throws(JSONError) -> UInt64 {
        if let value = plainInteger() { return value }
        let (number, next) = try lenientNumber()
        let value: UInt64
        if number.isInteger {
            value = try unsigned(number)
        } else {
            let double = try double(number).rounded(.towardZero)
            guard let exact = UInt64(exactly: double) else {
                throw .numberOutOfRange(at: number.start)
            }
            value = exact
        }
        cursor = next
        return value
    }

    /// Consumes `0.5` or `"0.5"`.
    package mutating func readLenientDouble() throws(JSONError) -> Double {
        if let value = plainReal() { return value }
        let (number, next) = try lenientNumber()
        let value = try double(number)
        cursor = next
        return value
    }

    /// Consumes `true`, `1` or `"1"`, as Proxmox VE says either, and their opposites.
    ///
    /// Any other number but 0 is true.
    package mutating func readLenientBool() throws(JSONError) -> Bool {
        switch try valueStart() {
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return try readBool()
        default: return try readLenientDouble() != 0
        }
    }

    mutating func skipNumber() throws(JSONError) {
        if plainReal() != nil { return }
        let number = try numberAtCursor()
        // Only what may be too large for a Double is worth the conversion.
        if number.exponent + number.digitCount > 300 { _ = try double(number) }
        cursor = number.end
    }

    // MARK: What machines write

    /// Consumes an integer without sign, of up to 16 digits, that begins at the cursor; consumes
    /// nothing where something else does, or the document soon ends.
    @inline(__always)
    private mutating func plainInteger() -> UInt64? {
        guard bytes.count &- cursor >= Self.plainBytes else { return nil }
        let (value, count) = unsafe Self.digits(at: base + cursor)
        guard Self.isPlain(count), unsafe count == 1 || base[cursor] != UInt8(ascii: "0")
        else { return nil }
        let next = unsafe base[cursor &+ count]
        guard next != UInt8(ascii: "."), next | 0x20 != UInt8(ascii: "e") else { return nil }
        cursor &+= count
        return value
    }

    /// The same for a number with a sign or a fraction, too, whose digits fit a UInt64; the nearest
    /// Double.
    @inline(__always)
    private mutating func plainReal() -> Double? {
        guard bytes.count &- cursor >= Self.plainBytes else { return nil }
        let isNegative = unsafe base[cursor] == UInt8(ascii: "-")
        let start = isNegative ? cursor &+ 1 : cursor
        let (whole, wholeCount) = unsafe Self.digits(at: base + start)
        guard Self.isPlain(wholeCount), unsafe wholeCount == 1 || base[start] != UInt8(ascii: "0")
        else { return nil }
        var end = start &+ wholeCount
        var mantissa = whole
        var decimals = 0
        if unsafe base[end] == UInt8(ascii: ".") {
            let (fraction, count) = unsafe Self.moreDigits(at: base + end + 1)
            // The digit before the point is 0 in most fractions, and does not count then.
            let wholeDigits = whole == 0 ? 0 : wholeCount
            guard count > 0, wholeDigits &+ count <= JSONNumber.mantissaDigitsMax else {
                return nil
            }
            mantissa = whole &* powersOfTen[count] &+ fraction
            decimals = count
            end &+= 1 &+ count
        }
        guard unsafe base[end] | 0x20 != UInt8(ascii: "e") else { return nil }
        cursor = end
        let magnitude = Self.quotient(mantissa, decimals: decimals)
        return isNegative ? -magnitude : magnitude
    }

    /// A sign, 16 digits, a point, 20 digits and what follows are within as many bytes, however
    /// they are loaded.
    private static var plainBytes: Int { 64 }

    /// Whether as many digits were found as are a whole number.
    @inline(__always)
    private static func isPlain(_ digitCount: Int) -> Bool { digitCount > 0 && digitCount < 16 }

    /// The digits from here on, up to 16 of them, of which 16 bytes are there.
    @inline(__always)
    private static func digits(at start: UnsafePointer<UInt8>) -> (value: UInt64, count: Int) {
        var high: UInt64 = 0
        let count = unsafe cscan_digits8(start, &high)
        guard count == 8 else { return (high, count) }
        var low: UInt64 = 0
        let lowCount = unsafe cscan_digits8(start + 8, &low)
        return (high &* powersOfTen[lowCount] &+ low, 8 &+ lowCount)
    }

    /// The digits from here on, up to 20 of them, of which 24 bytes are there; the value of 20 may
    /// not fit.
    @inline(__always)
    private static func moreDigits(at start: UnsafePointer<UInt8>) -> (value: UInt64, count: Int) {
        var (value, count) = unsafe digits(at: start)
        guard count == 16 else { return (value, count) }
        while count < 20 {
            let digit = unsafe start[count] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = value &* 10 &+ UInt64(digit)
            count &+= 1
        }
        return (value, count)
    }

    /// The Double nearest to `mantissa / 10^decimals` (0 to 19).
    @inline(__always)
    private static func quotient(_ mantissa: UInt64, decimals: Int) -> Double {
        // Both operands are exact, so that one operation rounds once.
        if mantissa <= 1 << 53 {
            return decimals == 0 ? Double(mantissa) : Double(mantissa) / exactPowersOfTen[decimals]
        }
        return longQuotient(mantissa, decimals: decimals)
    }

    /// Divides 128 bits by 64, so that at least 62 bits of the quotient are known and whether any
    /// follow: enough to round once, and correctly.
    private static func longQuotient(_ mantissa: UInt64, decimals: Int) -> Double {
        let divisor = powersOfTen[decimals]
        let shift = mantissa.leadingZeroBitCount
        let divisorShift = divisor.leadingZeroBitCount
        // Both have their top bit at 63 now; half of one is less than the other.
        let dividend = mantissa << UInt64(shift)
        let (quotient, rest) = (divisor << UInt64(divisorShift))
            .dividingFullWidth((dividend >> 1, dividend << 63))
        let significand = Double(quotient | (rest == 0 ? 0 : 1))
        return Double(sign: .plus, exponent: divisorShift - shift - 63, significand: significand)
    }

    // MARK: Scanning

    private mutating func numberAtCursor() throws(JSONError) -> JSONNumber {
        guard Self.kind(of: try valueStart()) == .number else { throw mismatch() }
        return try scanNumber(at: cursor)
    }

    /// A number or a string that is one from quote to quote, and the index behind it.
    private mutating func lenientNumber() throws(JSONError) -> (number: JSONNumber, next: Int) {
        guard try valueStart() == UInt8(ascii: "\"") else {
            let number = try numberAtCursor()
            return (number, number.end)
        }
        let text = try scanString()
        // The closing quote is there, so a number that is cut short is never an unexpected end.
        guard let number = try? scanNumber(at: text.start), number.end == text.end else {
            throw .typeMismatch(at: cursor)
        }
        return (number, text.end + 1)
    }

    /// Reads `-? int frac? exp?` (RFC 8259 section 6).
    private func scanNumber(at start: Int) throws(JSONError) -> JSONNumber {
        var number = JSONNumber(start: start, end: start)
        if byte(at: number.end) == UInt8(ascii: "-") {
            number.isNegative = true
            number.end += 1
        }
        if byte(at: number.end) == UInt8(ascii: "0") {
            number.end += 1
        } else {
            try scanDigits(of: &number, isFraction: false)
        }
        if byte(at: number.end) == UInt8(ascii: ".") {
            number.isInteger = false
            number.end += 1
            try scanDigits(of: &number, isFraction: true)
        }
        if byte(at: number.end) | 0x20 == UInt8(ascii: "e") {
            number.isInteger = false
            number.end += 1
            try scanExponent(of: &number)
        }
        return number
    }

    /// Reads one digit or more into the mantissa.
    private func scanDigits(of number: inout JSONNumber, isFraction: Bool) throws(JSONError) {
        let first = number.end
        var index = first
        var mantissa = number.mantissa
        while let digit = digit(at: index) {
            mantissa = mantissa &* 10 &+ UInt64(digit)
            index += 1
        }
        let count = index - first
        guard count > 0 else { throw missingDigit(at: first) }
        guard number.digitCount + count <= JSONNumber.mantissaDigitsMax else {
            return scanLongDigits(of: &number, isFraction: isFraction)
        }
        number.end = index
        number.mantissa = mantissa
        // Leading zeros of a fraction are counted too: only an upper bound is asked for here.
        number.digitCount += count
        if isFraction { number.exponent -= count }
    }

    /// The same for more digits than the mantissa may take, unless many are leading zeros.
    private func scanLongDigits(of number: inout JSONNumber, isFraction: Bool) {
        if number.mantissa == 0 { number.digitCount = 0 }
        while let digit = digit(at: number.end) {
            number.end += 1
            // Leading zeros of a fraction are not significant.
            if digit != 0 || number.digitCount > 0 { number.digitCount += 1 }
            if number.isExact {
                number.mantissa = number.mantissa * 10 + UInt64(digit)
                if isFraction { number.exponent -= 1 }
            } else if !isFraction {
                number.exponent += 1
            }
        }
    }

    private func scanExponent(of number: inout JSONNumber) throws(JSONError) {
        let sign = byte(at: number.end)
        if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { number.end += 1 }
        let first = number.end
        var exponent = 0
        while let digit = digit(at: number.end) {
            number.end += 1
            exponent = min(exponent * 10 + Int(digit), JSONNumber.exponentMax)
        }
        guard number.end > first else { throw missingDigit(at: first) }
        number.exponent += sign == UInt8(ascii: "-") ? -exponent : exponent
    }

    /// The byte at `index`, or 0, which no number holds, behind the end.
    private func byte(at index: Int) -> UInt8 {
        index < bytes.count ? bytes[index] : 0
    }

    private func digit(at index: Int) -> UInt8? {
        let value = byte(at: index) &- UInt8(ascii: "0")
        return value <= 9 ? value : nil
    }

    private func missingDigit(at index: Int) -> JSONError {
        index < bytes.count ? .unexpectedByte(at: index) : .unexpectedEnd(at: index)
    }

    // MARK: Conversion

    private func unsigned(_ number: JSONNumber) throws(JSONError) -> UInt64 {
        guard number.isInteger else { throw .typeMismatch(at: number.start) }
        let magnitude = try magnitude(of: number)
        guard !number.isNegative || magnitude == 0 else {
            throw .numberOutOfRange(at: number.start)
        }
        return magnitude
    }

    /// The digits of an integer without its sign.
    private func magnitude(of number: JSONNumber) throws(JSONError) -> UInt64 {
        if number.isExact { return number.mantissa }
        // 2^64 has 20 digits: one more than the mantissa took.
        let last = bytes[number.end - 1] - UInt8(ascii: "0")
        let (tens, overflowedTens) = number.mantissa.multipliedReportingOverflow(by: 10)
        let (value, overflowed) = tens.addingReportingOverflow(UInt64(last))
        guard number.digitCount == 20, !overflowedTens, !overflowed else {
            throw .numberOutOfRange(at: number.start)
        }
        return value
    }

    private func double(_ number: JSONNumber) throws(JSONError) -> Double {
        let magnitude: Double
        // Both operands are exact (10^22 is the last such power), so one operation rounds once.
        if number.isExact, number.mantissa <= 1 << 53, abs(number.exponent) <= 22 {
            let power = exactPowersOfTen[abs(number.exponent)]
            let mantissa = Double(number.mantissa)
            magnitude = number.exponent < 0 ? mantissa / power : mantissa * power
        } else {
            magnitude = longDouble(number)
        }
        guard magnitude.isFinite else { throw .numberOutOfRange(at: number.start) }
        return number.isNegative ? -magnitude : magnitude
    }

    /// The value without its sign by way of the C library, which rounds correctly.
    ///
    /// The program never leaves the "C" locale, so the point is a point.
    private func longDouble(_ number: JSONNumber) -> Double {
        let start = number.start + (number.isNegative ? 1 : 0)
        let digits = bytes.extracting(start..<number.end)
        return unsafe withUnsafeTemporaryAllocation(
            of: CChar.self,
            capacity: digits.count + 1
        ) { copy in
            // strtod wants a terminator that the document does not have; the copy has room for it.
            for index in 0..<digits.count {
                unsafe copy.initializeElement(at: index, to: CChar(bitPattern: digits[index]))
            }
            unsafe copy.initializeElement(at: digits.count, to: 0)
            guard let base = copy.baseAddress else { return 0 }
            return unsafe strtod(base, nil)
        }
    }
}

/// 10^0 to 10^22, all exact.
private let exactPowersOfTen: InlineArray<23, Double> = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]
