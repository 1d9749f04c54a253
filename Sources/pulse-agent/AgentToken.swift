import Glibc
import PulseReactor

/// The secret that the agent shows to the server.
struct AgentToken {
    let text: String
    /// The file it came from, where every user of the host may read that.
    private(set) var exposedFile: String?

    /// Reads the file, or else the environment's PULSE_TOKEN.
    init(file: String?) throws(UsageError) {
        if let file {
            do throws(SecretFileError) {
                let secret = try SecretFile(path: file)
                text = secret.text
                exposedFile = secret.isExposed ? file : nil
            } catch {
                throw UsageError("--token-file: \(error)")
            }
        } else if let value = unsafe getenv("PULSE_TOKEN") {
            // The environment's text is copied at once.
            text = try Self.word(in: unsafe String(cString: value))
        } else {
            throw UsageError("no token: name its file with --token-file, or set PULSE_TOKEN")
        }
    }

    /// Blanks and line ends around the token do not belong to it.
    private static func word(in content: String) throws(UsageError) -> String {
        let words = content.utf8.split { $0 <= 0x20 }
        guard let word = words.first else {
            throw UsageError("PULSE_TOKEN is empty: it should hold the token")
        }
        guard words.count == 1, word.allSatisfy({ $0 < 0x7F }) else {
            throw UsageError("PULSE_TOKEN holds more than a token: one word is expected")
        }
        return String(decoding: word, as: UTF8.self)
    }
}
