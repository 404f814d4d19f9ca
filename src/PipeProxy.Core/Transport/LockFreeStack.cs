namespace PipeProxy.Core.Transport;

/// <summary>
/// A bounded stack that any thread may push to and pop from without a lock and without allocating: two lists of
/// indices (used, free) whose heads carry a tag against ABA.
/// </summary>
internal sealed class LockFreeStack<T>
    where T : class
{
    private const int None = -1;
    private readonly T?[] _items;
    private readonly int[] _next;
    private long _used = Pack(None, 0);
    private long _free;

    /// <param name="capacity">How many items fit; a push beyond it is refused.</param>
    public LockFreeStack(int capacity)
    {
        _items = new T?[capacity];
        _next = new int[capacity];
        for (int i = 0; i < capacity; i++)
        {
            _next[i] = i + 1 < capacity ? i + 1 : None;
        }

        _free = Pack(capacity > 0 ? 0 : None, 0);
    }

    /// <summary>Puts <paramref name="item"/> on top; false when the stack is full.</summary>
    public bool TryPush(T item)
    {
        int index = Take(ref _free);
        if (index == None)
        {
            return false;
        }

        Volatile.Write(ref _items[index], item);
        Put(ref _used, index);
        return true;
    }

    /// <summary>Takes the top item, or null when there is none.</summary>
    public T? TryPop()
    {
        int index = Take(ref _used);
        if (index == None)
        {
            return null;
        }

        T? item = Volatile.Read(ref _items[index]);
        _items[index] = null;
        Put(ref _free, index);
        return item;
    }

    private static long Pack(int index, uint tag) => ((long)tag << 32) | (uint)index;

    private int Take(ref long head)
    {
        while (true)
        {
            long seen = Volatile.Read(ref head);
            int index = (int)seen;
            if (index == None)
            {
                return None;
            }

            long wanted = Pack(Volatile.Read(ref _next[index]), (uint)(seen >> 32) + 1);
            if (Interlocked.CompareExchange(ref head, wanted, seen) == seen)
            {
                return index;
            }
        }
    }

    private void Put(ref long head, int index)
    {
        while (true)
        {
            long seen = Volatile.Read(ref head);
            Volatile.Write(ref _next[index], (int)seen);
            if (Interlocked.CompareExchange(ref head, Pack(index, (uint)(seen >> 32) + 1), seen) == seen)
            {
                return;
            }
        }
    }
}
