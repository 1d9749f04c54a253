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
}
