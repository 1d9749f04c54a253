import Glibc

/// simdjson's DOM parser in the library that `script/bench` makes of Benchmarks/peers.
@safe
final class SimdjsonPeer {
    private typealias Make = @convention(c) (UnsafeRawPointer, Int) -> OpaquePointer?
    private typealias Parse = @convention(c) (OpaquePointer) -> Int64
    private typealias Name = @convention(c) () -> UnsafePointer<CChar>

    // The library is never unloaded, and the document lives as long as the process.
    private let document: OpaquePointer
    private let parser: Parse
    /// The name and what simdjson uses of the processor: "simdjson's DOM (haswell)".
    let name: String

    /// Loads the library and gives it a copy of the document.
    init(library path: String, document bytes: [UInt8]) throws(BenchFailure) {
        guard let library = unsafe dlopen(path, RTLD_NOW) else {
            throw .unavailable(unsafe String(cString: dlerror()))
        }
        // The types are those of the functions in Benchmarks/peers/simdjson-dom.cpp.
        guard let make = unsafe dlsym(library, "simdjson_dom_make"),
            let parse = unsafe dlsym(library, "simdjson_dom_parse"),
            let name = unsafe dlsym(library, "simdjson_dom_implementation")
        else { throw .unavailable("\(path) is no peer of this benchmark") }
        let document = unsafe bytes.withUnsafeBytes { bytes in
            unsafe bytes.baseAddress.flatMap {
                unsafe unsafeBitCast(make, to: Make.self)($0, bytes.count)
            }
        }
        guard let document = unsafe document else { throw .unavailable("no memory for simdjson") }
        unsafe self.document = document
        unsafe parser = unsafeBitCast(parse, to: Parse.self)
        let implementation = unsafe String(cString: unsafeBitCast(name, to: Name.self)())
        self.name = "simdjson's DOM (\(implementation)), parsing alone"
    }

    /// Parses the document; the number of elements of its `data`, or -1.
    func parse() -> Int64 { unsafe parser(document) }
}
