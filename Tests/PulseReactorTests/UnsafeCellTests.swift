import Testing

@testable import PulseReactor

/// What debug builds check in place of the language.
@Suite("A value in a cell")
struct UnsafeCellTests {
    @Test("is read while it is read, and changed when nobody looks")
    func uses() {
        let cell = UnsafeCell(1)
        func both(_ first: borrowing Int, _ second: borrowing Int) -> Int { first + second }
        #expect(both(cell.value, cell.value) == 2)
        cell.value += 1
        #expect(cell.value == 2)
    }

    #if DEBUG
    @Test("is not changed while somebody looks")
    func changedWhileRead() async {
        await #expect(processExitsWith: .failure) {
            let cell = UnsafeCell(Numbers())
            cell.value.look { cell.value.count += 1 }
        }
    }

    @Test("is not read while it is changed")
    func readWhileChanged() async {
        await #expect(processExitsWith: .failure) {
            let cell = UnsafeCell(Numbers())
            cell.value.change { _ = cell.value.count }
        }
    }

    @Test("is not changed from within a change")
    func changedWhileChanged() async {
        await #expect(processExitsWith: .failure) {
            let cell = UnsafeCell(Numbers())
            cell.value.change { cell.value.count += 1 }
        }
    }
    #endif
}

/// Cannot be copied, so that it is used where it lies.
private struct Numbers: ~Copyable {
    var count = 0

    func look(_ body: () -> Void) { body() }
    mutating func change(_ body: () -> Void) { body() }
}
