/// Milepost: gig work from the posted gig to the paid invoice.
library;

export 'runtime.dart';
export 'src/generated/api.dart';
