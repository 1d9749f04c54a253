import Glibc
package import Logging

/// Writes each event as one line to standard error, in one system call.
package struct StandardErrorLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let format: LogFormat
    private let isJournal: Bool

    /// Writes what is at least as grave as `level`; to the journal where systemd says that standard
    /// error leads there.
    package init(level: Logger.Level, format: LogFormat) {
        logLevel = level
        self.format = format
        isJournal = StandardErrorLogHandler.leadsToJournal()
    }

    /// Whether standard error is the stream that systemd names: `device:inode` (systemd.exec(5)).
    ///
    /// The variable alone says nothing: it is inherited by programs whose output goes elsewhere.
    private static func leadsToJournal() -> Bool {
        guard let name = unsafe getenv("JOURNAL_STREAM") else { return false }
        var status = stat()
        guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
        return unsafe String(cString: name) == "\(status.st_dev):\(status.st_ino)"
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let line = LogLine(
            level: event.level,
            message: event.message.description,
            metadata: all.map { ($0.key, $0.value.description) }.sorted { $0.0 < $1.0 },
            time: LogTime.now()
        )
        let bytes = Array(line.text(format, isJournal: isJournal).utf8)
        _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
    }
}
