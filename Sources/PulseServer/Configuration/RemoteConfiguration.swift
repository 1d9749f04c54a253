import PulseHTTPClient
import PulseJSON
import PulseMonitor
import PulseReactor

/// Reads `remotes` of the configuration file.
struct RemoteConfiguration {
    /// What the file may say about a remote.
    private enum Key: String, CaseIterable {
        case name, type, url, token, secret, secretFile, fingerprint, caFile
    }

    private var name: String?
    private var endpoint: RemoteEndpoint?
    private var tokenID: String?
    private var secret: String?
    private var trust: ServerTrust?

    /// Reads the array; `offset` follows to where a mistake would be.
    static func readAll(
        from reader: inout JSONReader,
        at offset: inout Int,
        in content: [UInt8]
    ) throws -> [RemoteSettings] {
        var all: [RemoteSettings] = []
        try reader.beginArray()
        while try reader.nextElement() {
            _ = try reader.peek()
            let start = reader.offset
            offset = start
            var remote = RemoteConfiguration()
            try remote.read(from: &reader, at: &offset, in: content)
            offset = start
            let settings = try remote.settings()
            guard !all.contains(where: { $0.name == settings.name }) else {
                throw ConfigurationError(
                    "there are two remotes with the name \"\(settings.name)\": each needs its own"
                )
            }
            all.append(settings)
        }
        guard all.count <= ServerLimits.remotesMax else {
            throw ConfigurationError(
                "\(all.count) remotes are too many: the limit is \(ServerLimits.remotesMax)"
            )
        }
        return all
    }

    private mutating func read(
        from reader: inout JSONReader,
        at offset: inout Int,
        in content: [UInt8]
    ) throws {
        try reader.beginObject()
        while true {
            offset = content[reader.offset...].firstIndex(of: UInt8(ascii: "\"")) ?? offset
            guard let key = try reader.nextKey() else { return }
            let text = key.text
            guard let known = Key(rawValue: text) else {
                let names = Key.allCases.map(\.rawValue).joined(separator: ", ")
                throw ConfigurationError(
                    "unknown key \"\(text)\" of a remote; the keys are \(names)"
                )
            }
            _ = try reader.peek()
            offset = reader.offset
            try take(known, try reader.readString())
        }
    }

    private mutating func take(_ key: Key, _ text: String) throws {
        switch key {
        case .name: name = try Self.name(text)
        case .type:
            guard text == "pve" else {
                throw ConfigurationError("\"\(text)\" is not a type of remote: write pve")
            }
        case .url: endpoint = try RemoteEndpoint(text)
        case .token: tokenID = text
        case .secret: try take(secret: text)
        case .secretFile: try take(secret: try Self.secret(file: text))
        case .fingerprint:
            guard let fingerprint = CertificateFingerprint(text) else {
                throw ConfigurationError(
                    "\"\(text)\" is not a fingerprint: write the SHA-256 of the certificate, "
                        + "AA:BB:… with 32 pairs"
                )
            }
            try take(trust: .fingerprint(fingerprint))
        case .caFile: try take(trust: .caFile(text))
        }
    }

    private mutating func take(secret text: String) throws {
        guard secret == nil else {
            throw ConfigurationError("a remote has either secret or secretFile")
        }
        secret = text
    }

    private mutating func take(trust new: ServerTrust) throws {
        guard trust == nil else {
            throw ConfigurationError("a remote has either fingerprint or caFile")
        }
        trust = new
    }

    private func settings() throws -> RemoteSettings {
        guard let endpoint else { throw Self.missing("url", "https://pve1.example:8006") }
        guard let tokenID else { throw Self.missing("token", "pulse@pve!monitor") }
        guard let secret else { throw Self.missing("secret or secretFile", "the token's secret") }
        return RemoteSettings(
            name: try name ?? Self.name(endpoint.host),
            endpoint: endpoint,
            token: try RemoteToken(id: tokenID, secret: secret),
            trust: trust ?? .system
        )
    }

    private static func missing(_ key: String, _ example: String) -> ConfigurationError {
        ConfigurationError("this remote has no \(key): add it, such as \(example)")
    }

    /// A name is part of identities, in which a slash ends it.
    private static func name(_ text: String) throws(ConfigurationError) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard !text.isEmpty, text.utf8.count <= 64, isPlain, !text.contains("/") else {
            throw ConfigurationError(
                "\"\(text)\" is not a name for a remote: write 1 to 64 bytes without slashes"
            )
        }
        return text
    }

    private static func secret(file path: String) throws(ConfigurationError) -> String {
        do throws(SecretFileError) {
            return try SecretFile(path: path).text
        } catch {
            throw ConfigurationError("the secret file \(error)")
        }
    }
}
