import Glibc
package import Logging
import PulseJSON
import PulseReactor

/// Writes each event as one line to standard error, in one system call.
///
/// Under systemd the line begins with its priority (`<3>` … `<7>`, sd-daemon(3)) and has no time of
/// its own: the journal keeps both.
package struct StandardErrorLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let format: LogFormat
    private let isJournal: Bool

    package init(level: Logger.Level, format: LogFormat) {
        logLevel = level
        self.format = format
        isJournal = unsafe getenv("JOURNAL_STREAM") != nil
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let line =
            switch format {
            case .text: text(event, all)
            case .json: json(event, all)
            }
        let bytes = Array(line.utf8)
        _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
    }

    private func text(_ event: LogEvent, _ metadata: [(String, Logger.MetadataValue)]) -> String {
        var line = isJournal ? "<\(priority(event.level))>" : "\(LogTime.now()) "
        if !isJournal {
            let level = event.level.rawValue
            line += level + String(repeating: " ", count: max(1, 8 - level.count))
        }
        line += oneLine(event.message.description)
        for (key, value) in metadata { line += " \(key)=\(quoted(value.description))" }
        return line + "\n"
    }

    private func json(_ event: LogEvent, _ metadata: [(String, Logger.MetadataValue)]) -> String {
        let bytes = jsonBytes(capacity: 512) { writer in
            writer.fragment("{\"time\":")
            writer.string(LogTime.now())
            writer.fragment(",\"level\":")
            writer.string(event.level.rawValue)
            writer.fragment(",\"message\":")
            writer.string(event.message.description)
            for (key, value) in metadata {
                writer.fragment(",")
                writer.string(key)
                writer.fragment(":")
                writer.string(value.description)
            }
            writer.fragment("}\n")
        }
        return (isJournal ? "<\(priority(event.level))>" : "")
            + String(decoding: bytes, as: UTF8.self)
    }

    /// The syslog priority of a level.
    private func priority(_ level: Logger.Level) -> Int {
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
        let plain =
            !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D }
        if plain { return value }
        return "\"" + oneLine(value).replacing("\"", with: "\\\"") + "\""
    }

    /// The text without control characters, so that nobody can fake a line of the log.
    private func oneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 || $0 == "\u{7F}" ? " " : $0 }
            )
        )
    }
}
