/// A value at an address of its own, which a class holds in place of a stored property.
///
/// Each access to a class's stored property is checked for exclusivity at run time, a call and a
/// thread-local list, which a broadcast pays for every client. Here only debug builds check. The
/// cell owns the memory. Public and inlinable for the reason that `UnsafeSlab` is.
@safe public struct UnsafeCell<Value: ~Copyable>: ~Copyable {
    @usableFromInline let address: UnsafeMutablePointer<Value>
    #if DEBUG
    /// How many look at the value, or -1 while it is being changed.
    @usableFromInline let lookers: UnsafeMutablePointer<Int>
    #endif

    /// Moves a value to its place.
    @inlinable public init(_ value: consuming Value) {
        unsafe address = .allocate(capacity: 1)
        unsafe address.initialize(to: value)
        #if DEBUG
        unsafe lookers = .allocate(capacity: 1)
        unsafe lookers.initialize(to: 0)
        #endif
    }

    @inlinable deinit {
        // The cell is the only one that knows the address.
        unsafe address.deinitialize(count: 1)
        unsafe address.deallocate()
        #if DEBUG
        unsafe lookers.deallocate()
        #endif
    }

    /// The value; while it is being changed nothing else may touch it.
    @inlinable public var value: Value {
        _read {
            #if DEBUG
            precondition(unsafe lookers.pointee >= 0, "a value is read while it is changed")
            unsafe lookers.pointee += 1
            defer { unsafe lookers.pointee -= 1 }
            #endif
            yield unsafe address.pointee
        }
        nonmutating _modify {
            #if DEBUG
            precondition(unsafe lookers.pointee == 0, "a value is changed while it is used")
            unsafe lookers.pointee = -1
            defer { unsafe lookers.pointee = 0 }
            #endif
            yield unsafe &address.pointee
        }
    }
}
