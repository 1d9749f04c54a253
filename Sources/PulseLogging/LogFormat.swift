/// How log lines are written.
package enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-01-31T12:00:00.000Z info  message key=value`
    case text
    /// One JSON object a line.
    case json
}
