/// Which part of a list is applied: a long one is applied part by part, with turns of the reactor
/// in between, in which ticks tell what has been applied so far.
///
/// Only the last part shows what the list does not name. A first part begins anew, whatever became
/// of the list before.
package struct ListPart: Sendable, Equatable {
    package let isFirst: Bool
    package let isLast: Bool

    package init(isFirst: Bool, isLast: Bool) {
        self.isFirst = isFirst
        self.isLast = isLast
    }

    /// All of it.
    package static let whole = ListPart(isFirst: true, isLast: true)
}
