import Glibc

/// simdjson's DOM parser in the library that `script/bench` makes of Benchmarks/peers.
@safe
final class SimdjsonPeer {
    private typealias Make =
        @convention(c) (UnsafeRawPointer, Int, UnsafePointer<CChar>) -> OpaquePointer?
    private typealias Parse = @convention(c) (OpaquePointer) -> Int64
    private typealias Name = @convention(c) () -> UnsafePointer<CChar>

    // The library is never unloaded, and the document lives as long as the process.
    private let document: OpaquePointer
    private let parser: Parse
    /// What simdjson uses of the processor: "haswell".
    let implementation: String

    /// Loads the library and gives it a copy of the document, which is to be parsed by the named
    /// implementation, or by the one that simdjson thinks best.
    init(
        library path: String,
        document bytes: [UInt8],
        implementation wanted: String? = nil
    ) throws(BenchFailure) {
        guard let library = unsafe dlopen(path, RTLD_NOW) else {
            throw .unavailable(unsafe String(cString: dlerror()))
        }
        // The types are those of the functions in Benchmarks/peers/simdjson-dom.cpp.
        guard let make = unsafe dlsym(library, "simdjson_dom_make"),
            let parse = unsafe dlsym(library, "simdjson_dom_parse"),
            let best = unsafe dlsym(library, "simdjson_dom_best")
        else { throw .unavailable("\(path) is no peer of this benchmark") }
        let name = unsafe wanted ?? String(cString: unsafeBitCast(best, to: Name.self)())
        let document = unsafe bytes.withUnsafeBytes { bytes in
            unsafe bytes.baseAddress.flatMap {
                unsafe unsafeBitCast(make, to: Make.self)($0, bytes.count, name)
            }
        }
        guard let document = unsafe document else {
            throw .unavailable("simdjson cannot parse here as \(name)")
        }
        unsafe self.document = document
        unsafe parser = unsafeBitCast(parse, to: Parse.self)
        implementation = name
    }

    /// What is compared.
    var name: String { "simdjson's DOM (\(implementation)), parsing alone" }

    /// Parses the document; the number of elements of its `data`, or -1.
    func parse() -> Int64 { unsafe parser(document) }
}
