import PulseWire

/// Where the page's files come from.
enum Assets: Sendable {
    case embedded(AssetCatalog)
    case folder(AssetFolder)

    init(_ configuration: ServerConfiguration) throws(ConfigurationError) {
        guard let path = configuration.assets else {
            self = .embedded(AssetCatalog())
            return
        }
        guard let folder = AssetFolder(path: path) else {
            throw ConfigurationError(
                "--assets \(path): there is no readable index.html in that folder"
            )
        }
        self = .folder(folder)
    }

    /// How deep below the page's own address it is shown: its sections have two folders at most.
    private static let foldersMax = 8

    /// The page for an address some folders below its own.
    ///
    /// It names its files relative to its own address, so that it is at home below any prefix that
    /// a proxy puts in front; here they lie further up.
    func page(inFolder count: Int) -> Response? {
        guard count <= Assets.foldersMax, let page else { return nil }
        let up = String(repeating: "../", count: count)
        var response = Response(.ok)
        response.headers = [("Cache-Control", "no-cache")]
        response.contentType = "text/html; charset=utf-8"
        response.body = .bytes(Array(page.replacing("\"assets/", with: "\"\(up)assets/").utf8))
        return response
    }

    /// The text of the page.
    private var page: String? {
        switch self {
        case .embedded(let catalog):
            catalog["/"].map { unsafe String(decoding: $0.raw.bytes, as: UTF8.self) }
        case .folder(let folder):
            File.read("\(folder.path)/index.html").map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
