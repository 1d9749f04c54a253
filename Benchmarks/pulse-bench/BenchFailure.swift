/// Why a benchmark ended without figures, in words for the terminal.
enum BenchFailure: Error, CustomStringConvertible {
    /// Other processes had the processor during most of the pairs.
    case busy(counted: Int, wanted: Int)
    /// The contenders do not do the same, so that comparing them says nothing.
    case unequal(String)
    /// A peer cannot be had.
    case unavailable(String)

    var description: String {
        switch self {
        case .busy(let counted, let wanted):
            "the machine is too busy: \(counted) of \(wanted) pairs counted; try again later"
        case .unequal(let what), .unavailable(let what): what
        }
    }
}
