import Logging
import PulseJSON

/// One event as a line of the log.
struct LogLine {
    let level: Logger.Level
    let message: String
    /// Sorted by key.
    let metadata: [(key: String, value: String)]
    /// RFC 3339.
    let time: String

    /// The whole line; under systemd it begins with its priority (`<3>` … `<7>`, sd-daemon(3)) and
    /// has no time of its own, because the journal keeps both.
    func text(_ format: LogFormat, isJournal: Bool) -> String {
        switch format {
        case .text: (isJournal ? "<\(priority)>" : "\(time) \(paddedLevel) ") + sentence
        case .json: (isJournal ? "<\(priority)>" : "") + object
        }
    }

    private var sentence: String {
        metadata.reduce(oneLine(message)) { $0 + " \($1.key)=\(quoted($1.value))" } + "\n"
    }

    /// The object; a key of the metadata never takes the place of one that every line has.
    private var object: String {
        let bytes = jsonBytes(capacity: 512) { writer in
            writer.fragment("{\"time\":")
            writer.string(time)
            writer.fragment(",\"level\":")
            writer.string(level.rawValue)
            writer.fragment(",\"message\":")
            writer.string(message)
            for (key, value) in metadata where !["time", "level", "message"].contains(key) {
                writer.fragment(",")
                writer.string(key)
                writer.fragment(":")
                writer.string(value)
            }
            writer.fragment("}\n")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private var paddedLevel: String {
        let name = level.rawValue
        return name + String(repeating: " ", count: max(0, 7 - name.count))
    }

    /// The syslog priority.
    private var priority: Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }

    /// A value in quotes where it would not read as one word.
    private func quoted(_ value: String) -> String {
        let isWord = value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x22 && $0 != 0x3D }
        if isWord, !value.isEmpty { return value }
        return "\"" + oneLine(value).replacing("\"", with: "\\\"") + "\""
    }

    /// The text with a blank for each control character, so that nobody can fake a line.
    private func oneLine(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
        }
        return String(scalars)
    }
}
