import PulseHTTPClient
import PulseJSON
import PulseReactor

extension PVEDoctor {
    /// What was examined as an entry of `remotes` in pulse's configuration; `nil` without a token.
    package func configuration(secretFile: String) -> String? {
        guard let token else { return nil }
        let bytes = jsonBytes { writer in
            writer.fragment("{\"name\":")
            writer.string(name)
            writer.fragment(",\"type\":\"pve\",\"url\":")
            writer.string(endpoint.url)
            writer.fragment(",\"token\":")
            writer.string(token.id)
            writer.fragment(",\"secretFile\":")
            writer.string(secretFile)
            switch trust {
            case .system: break
            case .caFile(let path):
                writer.fragment(",\"caFile\":")
                writer.string(path)
            case .fingerprint(let fingerprint):
                writer.fragment(",\"fingerprint\":")
                writer.string(fingerprint.description)
            }
            writer.fragment("}")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The first part of a name, and the whole of an address.
    private var name: String {
        let isAddress = endpoint.host.allSatisfy { $0.isHexDigit || $0 == "." || $0 == ":" }
        return isAddress ? endpoint.host : String(endpoint.host.prefix { $0 != "." })
    }
}
