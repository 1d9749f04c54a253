/// How a figure becomes one byte of history, and what that byte says again.
///
/// A chart of a few hundred pixels shows no more: half a percent, or the step of a logarithm.
enum HistoryScale {
    /// Steps of 0.5 from 0 to 127.
    case halves
    /// Eight steps to a doubling from `base` on, 0 below: within 4.5 % of the figure, up to `base`
    /// times 2^31.6.
    case logarithm(base: Double)

    /// The byte of what is unknown.
    static let unknown: UInt8 = 255
    private static let codeMax = 254.0

    /// The byte of a figure.
    func encode(_ value: Double?) -> UInt8 {
        guard let value, value.isFinite else { return Self.unknown }
        switch self {
        case .halves:
            return UInt8(min(max((value * 2).rounded(), 0), Self.codeMax))
        case .logarithm(let base):
            let ratio = value / base
            guard ratio >= 0.5 else { return 0 }
            let eighth = Self.borders.firstIndex { ratio.significand < $0 } ?? Self.borders.count
            let code = 1 + 8 * Double(ratio.exponent) + Double(eighth)
            return UInt8(min(max(code, 1), Self.codeMax))
        }
    }

    /// The figure that a byte stands for; `nil` = unknown.
    func decode(_ code: UInt8) -> Double? {
        if code == Self.unknown { return nil }
        switch self {
        case .halves: return Double(code) / 2
        case .logarithm(let base):
            if code == 0 { return 0 }
            let steps = Int(code) - 1
            let significand = Self.steps[steps % 8]
            return base * Double(sign: .plus, exponent: steps / 8, significand: significand)
        }
    }

    /// 2^(k/8).
    private static let steps: InlineArray<8, Double> = [
        1, 1.0905077326652577, 1.189207115002721, 1.2968395546510096, 1.4142135623730951,
        1.5422108254079407, 1.681792830507429, 1.8340080864093424,
    ]

    /// 2^((2k+1)/16): where one step ends and the next begins.
    private static let borders = [
        1.0442737824274138, 1.1387886347567916, 1.241857812073484, 1.3542555469368927,
        1.4768261459394993, 1.6104903319492543, 1.7562521603732995, 1.9152065613971474,
    ]
}
