from .report_hook import ReportHook

__all__ = ['ReportHook']
