using System.Net.Sockets;

namespace PipeProxy.Cli.Status;

/// <summary>Turns the option's spelling into an address: a path, or <c>@name</c> for the abstract namespace (unix(7)).</summary>
internal static class StatusAddress
{
    /// <summary>Stands in where the default path cannot be written, as with a read-only root.</summary>
    public const string AbstractDefault = "@pipeproxy";

    /// <summary>Whether no file belongs to <paramref name="path"/>.</summary>
    public static bool IsAbstract(string path) => path.StartsWith('@');

    /// <summary>The address of <paramref name="path"/>.</summary>
    public static UnixDomainSocketEndPoint Of(string path) => new(IsAbstract(path) ? "\0" + path[1..] : path);
}
