import PulseFleet
import Testing

/// One line of the tables of normalisation: a rule, or what users complained of where it was not
/// kept (a number is that of the thread in upstream's tracker), and what is played to see it kept.
struct Rule: Sendable, CustomTestStringConvertible {
    let words: String
    let play: @Sendable (Lab) throws -> Void

    init(_ words: String, _ play: @escaping @Sendable (Lab) throws -> Void) {
        self.words = words
        self.play = play
    }

    var testDescription: String { words }

    /// Plays it in a fleet of its own.
    func check() throws { try play(Lab()) }
}

extension Lab {
    /// Expects that the only row of a stream says this, among other things.
    func expect(
        _ stream: StreamName,
        _ fields: [String: Value],
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let row = try fleet.onlyRow(stream)
        for (name, value) in fields {
            #expect(row[name] == value, "\(name)", sourceLocation: location)
        }
    }

    /// Plays a virtual machine of one sample every ten seconds, polled every two.
    func run(_ range: ClosedRange<Int>, _ report: (Double) -> GuestReport) {
        for seconds in stride(from: range.lowerBound, through: range.upperBound, by: 2) {
            poll(Double(seconds), guests: [report(Double(seconds / 10 * 10))])
        }
    }
}

extension Value {
    static func bytes(_ bytes: Int) -> Value { .number(Double(bytes)) }

    /// What a guest uses, in whole MB.
    static func megabytes(_ bytes: Int) -> Value {
        .number(Double(bytes / 1_000_000 * 1_000_000))
    }
}

let gibibyte = 1 << 30
