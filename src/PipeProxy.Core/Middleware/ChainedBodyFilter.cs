using System.Buffers;

namespace PipeProxy.Core.Middleware;

/// <summary>Two filters after each other: the inner one is nearer to the backend.</summary>
internal sealed class ChainedBodyFilter(BodyFilter inner, BodyFilter outer) : BodyFilter
{
    private readonly ArrayBufferWriter<byte> _between = new();

    public override void Transform(in ReadOnlySequence<byte> data, IBufferWriter<byte> output)
    {
        inner.Transform(data, _between);
        Pass(output);
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        inner.Complete(_between);
        Pass(output);
        outer.Complete(output);
    }

    private void Pass(IBufferWriter<byte> output)
    {
        if (_between.WrittenCount > 0)
        {
            outer.Transform(new ReadOnlySequence<byte>(_between.WrittenMemory), output);
            _between.ResetWrittenCount();
        }
    }
}
