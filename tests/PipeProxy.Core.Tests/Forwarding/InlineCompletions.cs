using System.Runtime.CompilerServices;
using PipeProxy.Core.Transport.Sockets;

namespace PipeProxy.Core.Tests.Forwarding;

/// <summary>Wire tests run as the program does: what waits for a socket runs on the thread that received.</summary>
internal static class InlineCompletions
{
    [ModuleInitializer]
    internal static void Enable() => SocketsTransport.EnableInlineCompletions();
}
