/// One line of a diagnosis, and what to do about it.
package struct DoctorStep: Sendable, Equatable {
    package enum Outcome: String, Sendable {
        case ok
        case failed
        case skipped
    }

    /// What is looked at, from the first byte on the wire to what the token may see.
    package enum Subject: String, CaseIterable, Sendable {
        case name
        case tcp = "TCP"
        case tls = "TLS"
        case token
        case version
        case systemAudit = "Sys.Audit"
        case guestAudit = "VM.Audit"
        case storageAudit = "Datastore.Audit"
        case nodes
        case guests
        case storages
    }

    package var subject: Subject
    package var outcome: Outcome
    package var words: String
    /// What to do, sentence by sentence; one that begins with a blank is to be copied as it is.
    package var advice: [String] = []

    /// What the narrowest terminals have; what is to be copied stays whole nevertheless.
    private static let columns = 80

    /// The step as lines of a terminal, without line ends.
    package var lines: [String] {
        let head = Self.padded(subject.rawValue, 17) + Self.padded(outcome.rawValue, 9)
        let margin = String(repeating: " ", count: head.count)
        var lines = Self.wrapped(words, width: Self.columns - head.count)
            .enumerated().map { ($0 == 0 ? head : margin) + $1 }
        if lines.isEmpty { lines = [String(head.trimmingSuffix { $0 == " " })] }
        for sentence in advice {
            if sentence.first == " " {
                lines.append("    " + sentence)
            } else {
                lines += Self.wrapped(sentence, width: Self.columns - 4).map { "    " + $0 }
            }
        }
        return lines
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    /// Breaks a text at its blanks.
    private static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
        guard let last = lastIndex(where: { !isTrimmed($0) }) else { return self[..<startIndex] }
        return self[...last]
    }
}

/// The steps of one diagnosis as they are taken, each reported at once.
final class DoctorChart {
    private let report: (DoctorStep) -> Void
    private var taken: Set<DoctorStep.Subject> = []
    private(set) var isWell = true

    init(_ report: @escaping (DoctorStep) -> Void) { self.report = report }

    func ok(_ subject: DoctorStep.Subject, _ words: String) {
        note(DoctorStep(subject: subject, outcome: .ok, words: words))
    }

    func failed(_ subject: DoctorStep.Subject, _ words: String, _ advice: [String] = []) {
        isWell = false
        note(DoctorStep(subject: subject, outcome: .failed, words: words, advice: advice))
    }

    func skipped(_ subject: DoctorStep.Subject, _ words: String) {
        note(DoctorStep(subject: subject, outcome: .skipped, words: words))
    }

    /// Skips all that was not looked at; the first of it says why.
    func skipRest(_ words: String) {
        for (index, subject) in DoctorStep.Subject.allCases.filter({ !taken.contains($0) })
            .enumerated()
        {
            skipped(subject, index == 0 ? words : "")
        }
    }

    private func note(_ step: DoctorStep) {
        taken.insert(step.subject)
        report(step)
    }
}
