/// What one tick changed in a stream: the content of its delta.
struct TickChange {
    /// A resource that is new or changed.
    struct Row {
        let slot: Int
        var figures = FieldMask()
        var fragments = FieldMask()
    }

    /// New and changed resources, by slot.
    var rows: [Row] = []
    /// The slots of resources that were there in the generation before and are not any more.
    var gone: [Int] = []
    /// The hot columns that changed in any row.
    var columns = FieldMask()

    var isEmpty: Bool { rows.isEmpty && gone.isEmpty }

    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        gone.removeAll(keepingCapacity: true)
        columns = FieldMask()
    }
}
