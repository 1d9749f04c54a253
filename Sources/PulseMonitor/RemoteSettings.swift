package import PulseFleet
import PulseHTTPClient
package import PulseReactor

/// How to reach a remote and who to be there.
package struct RemoteSettings: Sendable, Equatable {
    package var name: String
    package var endpoint: RemoteEndpoint
    package var token: RemoteToken
    package var trust: ServerTrust

    package init(
        name: String,
        endpoint: RemoteEndpoint,
        token: RemoteToken,
        trust: ServerTrust = .system
    ) {
        self.name = name
        self.endpoint = endpoint
        self.token = token
        self.trust = trust
    }

    /// What the fleet is told; it knows no secret.
    package var description: RemoteDescription {
        RemoteDescription(name: name, kind: .pve, url: endpoint.url)
    }
}

/// A mistake in the settings of a remote, in a sentence that says what to write.
package struct RemoteSettingsError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// The address of a remote: https, a host, a port and nothing else.
package struct RemoteEndpoint: Sendable, Equatable {
    /// What pveproxy listens on.
    static let defaultPort: UInt16 = 8006

    /// A name or an address, IPv6 without its brackets.
    package let host: String
    package let port: UInt16

    /// `https://host:8006`, without a slash at its end.
    package var url: String { "https://\(origin)" }

    /// `host:8006`, with brackets around an IPv6 address.
    package var origin: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Reads `https://host`, `https://host:8006` or the same without `https://`.
    package init(_ text: String) throws(RemoteSettingsError) {
        let rest = try Self.withoutScheme(text)
        let authority = rest.prefix { $0 != "/" }
        guard rest.dropFirst(authority.count).allSatisfy({ $0 == "/" }) else {
            throw RemoteSettingsError(
                "\"\(text)\" has a path: write only https://HOST:\(Self.defaultPort)"
            )
        }
        let (name, port) = try Self.split(authority, of: text)
        guard !name.isEmpty, name.utf8.count <= 253, name.utf8.allSatisfy(Self.isHostByte) else {
            throw Self.malformed(text)
        }
        host = String(name)
        self.port = port
    }

    /// Of a name, also one with letters beyond ASCII, or of an address.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
            true
        default:
            [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")].contains(byte)
                || byte == UInt8(ascii: ":")
        }
    }

    private static func withoutScheme(_ text: String) throws(RemoteSettingsError) -> Substring {
        guard let mark = text.firstRange(of: "://") else { return text[...] }
        guard text[..<mark.lowerBound].lowercased() == "https" else {
            throw RemoteSettingsError(
                "\"\(text)\" is not https: Proxmox VE speaks nothing else; write "
                    + "https://HOST:\(defaultPort)"
            )
        }
        return text[mark.upperBound...]
    }

    private static func split(
        _ authority: Substring,
        of text: String
    ) throws(RemoteSettingsError) -> (Substring, UInt16) {
        var host = authority
        var tail = authority[authority.endIndex...]
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { throw malformed(text) }
            host = authority[..<end].dropFirst()
            tail = authority[authority.index(after: end)...]
            guard host.contains(":") else { throw malformed(text) }
        } else if let colon = authority.lastIndex(of: ":") {
            // An address of IPv6 needs its brackets: its last group would pass for a port.
            guard authority.firstIndex(of: ":") == colon else { throw malformed(text) }
            host = authority[..<colon]
            tail = authority[colon...]
        }
        if tail.isEmpty { return (host, defaultPort) }
        let digits = tail.dropFirst()
        guard tail.first == ":", digits.first?.isNumber == true, let port = UInt16(digits),
            port > 0
        else {
            throw malformed(text)
        }
        return (host, port)
    }

    private static func malformed(_ text: String) -> RemoteSettingsError {
        RemoteSettingsError(
            "\"\(text)\" is not the address of a remote: write https://HOST:\(defaultPort)"
        )
    }
}

/// An API token of Proxmox VE; its secret is never part of its description.
package struct RemoteToken: Sendable, Equatable, CustomStringConvertible {
    /// `user@realm!name`.
    package let id: String
    let secret: String

    /// Takes `user@realm!name` and the secret, a UUID as Proxmox makes it.
    package init(id: String, secret: String) throws(RemoteSettingsError) {
        let isVisible = { (text: String) in text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
        let parts = id.split(separator: "!", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, isVisible(id), !id.contains("="),
            let at = parts[0].lastIndex(of: "@"), at != parts[0].startIndex,
            parts[0].index(after: at) != parts[0].endIndex
        else {
            // Behind an equals sign comes the secret, where somebody gave both in one.
            let name = id.prefix { $0 != "=" }
            throw RemoteSettingsError(
                "\"\(name)\(name.count < id.count ? "=…" : "")\" is not the name of an API token: "
                    + "write USER@REALM!NAME without the secret, such as pulse@pve!monitor"
            )
        }
        guard !secret.isEmpty, isVisible(secret), !secret.contains("=") else {
            throw RemoteSettingsError(
                "the secret of the token \(id) is empty or has characters that no secret has"
            )
        }
        self.id = id
        self.secret = secret
    }

    package var description: String { id }

    /// `user@realm`.
    var user: String { String(id.prefix { $0 != "!" }) }

    /// The header field of every request.
    var field: HTTPField { HTTPField("Authorization", "PVEAPIToken=\(id)=\(secret)") }

    /// The text without the secret, should a server repeat what it was sent.
    func scrubbed(_ text: String) -> String { text.replacing(secret, with: "…") }
}
