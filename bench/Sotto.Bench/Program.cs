using Sotto.Bench;

// Each benchmark is a verb: dotnet run -c Release --project bench/Sotto.Bench -- <verb>.
switch (args.FirstOrDefault())
{
    case "log-writer":
        await LogWriterBench.RunAsync(args.ElementAtOrDefault(1));
        return 0;
    case "messages":
        await MessagesBench.RunAsync(args.ElementAtOrDefault(1));
        return 0;
    case "idle":
        await IdleBench.RunAsync(args.ElementAtOrDefault(1));
        return 0;
    case "catch-up":
        await CatchUpBench.RunAsync(args.ElementAtOrDefault(1));
        return 0;
    case "calls":
        await CallsBench.RunAsync(args.ElementAtOrDefault(1));
        return 0;
    case "attachments":
        await AttachmentsBench.RunAsync(args.ElementAtOrDefault(1));
        return 0;
    case BareDisk.Verb:
        await BareDisk.RunAsync(args[1..]); // What attachments is measured against; only attachments starts it.
        return 0;
    case BareRelay.Verb:
        await BareRelay.RunAsync(args[1..]); // What calls is measured against; only calls starts it.
        return 0;
    default:
        Console.WriteLine("usage: Sotto.Bench log-writer|messages|idle|catch-up|calls|attachments [Host=…]");
        return 2;
}
