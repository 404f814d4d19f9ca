using System.Net;

namespace PipeProxy.Admin.Transport;

/// <summary>The one address inside the process.</summary>
internal sealed class InProcessEndPoint : EndPoint
{
    public static InProcessEndPoint Instance { get; } = new();

    public override string ToString() => "inside the process";
}
