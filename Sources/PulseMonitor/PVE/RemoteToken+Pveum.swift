/// Lines for the shell of a node, safe whatever the names are.
extension RemoteToken {
    /// Gives this token the right to see everything and to change nothing.
    ///
    /// With separated privileges, the default, user and token both need the role.
    package var grantLine: String {
        "pveum acl modify / --roles PVEAuditor --users \(Self.quoted(user)) "
            + "--tokens \(Self.quoted(id))"
    }

    /// Shows the tokens that the user has.
    var listLine: String { "pveum user token list \(Self.quoted(user))" }

    /// Makes this token, and shows its secret, which cannot be seen again.
    var addLine: String {
        let name = String(id.drop { $0 != "!" }.dropFirst())
        return "pveum user token add \(Self.quoted(user)) \(Self.quoted(name)) --privsep 1 "
            + "--output-format json"
    }

    /// As a shell takes it for one word and nothing else.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "@._-+".contains($0))
        }
        return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}
